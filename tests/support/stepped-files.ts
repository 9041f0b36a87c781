import { type FileOperations, fileOperations } from "../../host/simulator/durable-file.js";

/** The operating system's file operations, with `before` called before each of them that is under way. */
export function steppedOperations(before: (step: keyof FileOperations) => void): FileOperations {
  return {
    create(path) {
      before("create");
      return fileOperations.create(path);
    },
    write(file, value) {
      before("write");
      fileOperations.write(file, value);
    },
    sync(file) {
      before("sync");
      fileOperations.sync(file);
    },
    close(file) {
      before("close");
      fileOperations.close(file);
    },
    rename(from, to) {
      before("rename");
      fileOperations.rename(from, to);
    },
    remove(path) {
      before("remove");
      fileOperations.remove(path);
    },
    syncFolder(path) {
      before("syncFolder");
      fileOperations.syncFolder(path);
    },
  };
}
