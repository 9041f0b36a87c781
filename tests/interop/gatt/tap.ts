/**
 * A tap between hosts and their virtual controllers: it notes every H4 packet with its time, and makes up for what
 * btvirt lacks. A host that is gone without a word is a loss of radio contact for whoever it was connected to, and
 * that ends by the supervision timeout; btvirt would let them wait for ever.
 */

import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { Happenings } from "../happenings.js";
import { H4, le16, splitPackets } from "./h4.js";

/** Core 5.4, Vol 1, Part F, 2.8: Connection Timeout. */
const CONNECTION_TIMEOUT = 0x08;
/** As noble asks for it: 42 units of 10 ms. */
const SUPERVISION_MS = 420;

const DISCONNECT = 0x0406;
const DISCONNECTION_COMPLETE = 0x05;
const LE_META = 0x3e;
const LE_CONNECTION_COMPLETE = 0x01;
const LE_ENHANCED_CONNECTION_COMPLETE = 0x0a;

/** One H4 packet. tMs: since the tap was opened. */
export interface TappedPacket {
  readonly tMs: number;
  readonly from: "host" | "controller";
  readonly packet: Buffer;
}

/** A place where each connection is one controller, as at btvirt itself. */
export class Tap {
  readonly packets = new Happenings<TappedPacket>();
  /** What hosts connect to. */
  readonly path: string;
  readonly #startMs = performance.now();
  readonly #controllers: string;
  readonly #server: Server;
  readonly #hosts = new Set<Socket>();
  readonly #taken = new Set<Socket>();

  /** path: of the socket; controllers: btvirt's own. */
  static async open(path: string, controllers: string): Promise<Tap> {
    const tap = new Tap(path, controllers);
    tap.#server.listen(path);
    await once(tap.#server, "listening");
    return tap;
  }

  private constructor(path: string, controllers: string) {
    this.path = path;
    this.#controllers = controllers;
    this.#server = createServer((host) => this.#join(host));
  }

  /** Take everybody's controller away. */
  async close(): Promise<void> {
    this.packets.end(new Error("the tap is closed"));
    for (const socket of [...this.#hosts, ...this.#taken]) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Everybody's controller is unplugged; whoever connects again has a new one. */
  takeControllers(): void {
    for (const host of this.#hosts) host.destroy();
  }

  #join(host: Socket): void {
    const controller = createConnection(this.#controllers);
    const connections = new Set<number>();
    keep(this.#hosts, host);
    keep(this.#taken, controller);
    this.#relay(host, controller, (packet) => this.#note("host", packet));
    let isLost = false;
    // Never half closed: on that btvirt turns in circles.
    const dropIfAlone = () => {
      if (isLost && connections.size === 0) controller.destroy();
    };
    this.#relay(controller, host, (packet) => {
      this.#note("controller", packet);
      followConnections(connections, packet);
      dropIfAlone();
    });
    controller.on("close", () => host.destroy());
    host.on("close", () => {
      setTimeout(() => {
        isLost = true;
        endConnections(controller, connections);
        dropIfAlone();
      }, SUPERVISION_MS);
    });
  }

  #relay(from: Socket, to: Socket, found: (packet: Buffer) => void): void {
    let rest: Buffer = Buffer.alloc(0);
    from.on("data", (chunk) => {
      rest = splitPackets(Buffer.concat([rest, chunk]), (packet) => {
        found(packet);
        if (to.writable || to.connecting) to.write(packet);
      });
    });
  }

  #note(from: TappedPacket["from"], packet: Buffer): void {
    this.packets.add({ tMs: performance.now() - this.#startMs, from, packet });
  }
}

/** In the set for as long as it is open. */
function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => sockets.delete(socket));
}

/** connections: the handles of those that are up. */
function followConnections(connections: Set<number>, packet: Buffer): void {
  const [indicator, code, , subevent, status] = packet;
  if (indicator !== H4.Event) return;
  const isMade = subevent === LE_CONNECTION_COMPLETE || subevent === LE_ENHANCED_CONNECTION_COMPLETE;
  if (code === LE_META && isMade && status === 0) connections.add(packet.readUInt16LE(5));
  if (code === DISCONNECTION_COMPLETE) connections.delete(packet.readUInt16LE(4));
}

/** In the name of a host that is gone. */
function endConnections(controller: Socket, connections: ReadonlySet<number>): void {
  for (const handle of connections)
    controller.write(Buffer.from([H4.Command, ...le16(DISCONNECT), 3, ...le16(handle), CONNECTION_TIMEOUT]));
}
