/** What every `GattServer` promises, seen from a client: for each adapter that can be driven by a fake clock. */

import type { Peripheral, PeripheralListener } from "../../host/simulator/phone/gatt/central.js";
import { toHex } from "../../modules/bytes.js";
import type { GattListener, GattServer, GattService } from "../../modules/platform.js";
import type { Harness, Suite } from "../support/harness.js";

/** The services of the specification. MshPRT 7.1, 7.2. */
export const PROVISIONING: GattService = Object.freeze({ service: 0x1827, dataIn: 0x2adb, dataOut: 0x2adc });
export const PROXY: GattService = Object.freeze({ service: 0x1828, dataIn: 0x2add, dataOut: 0x2ade });

/** A client that looks at nothing. */
export const SILENT: PeripheralListener = Object.freeze({
  mtuChanged: () => {},
  discovered: () => {},
  configured: () => {},
  notified: () => {},
  servicesChanged: () => {},
  ready: () => {},
  idle: () => {},
  disconnected: () => {},
});

/** A server and clients that can connect to it. */
export interface GattScene {
  readonly server: GattServer;
  /** Let time pass. */
  pass(ms: number): void;
  /** A new client, connected with the server; the listener hears all that happens to it. */
  connect(listener: PeripheralListener): Peripheral;
  /** This client goes out of reach. */
  vanish(peripheral: Peripheral): void;
}

/** Long enough for everything that is under way. */
const SETTLED_MS = 2000;

/** A scene with diaries. */
class Stage {
  readonly server: GattServer;
  readonly scene: GattScene;
  /** What the listener of the service has heard. */
  readonly diary: string[] = [];
  readonly clients: { readonly peripheral: Peripheral; readonly diary: string[] }[] = [];
  onWritten: (connection: number, value: Uint8Array) => void = () => {};
  onReady: (connection: number) => void = () => {};
  #called = false;

  constructor(create: () => GattScene) {
    this.scene = create();
    this.server = this.scene.server;
  }

  listener(name = ""): GattListener {
    const note = (what: string): void => {
      if (this.#called) throw new Error(`a call came up while one went down: ${what}`);
      this.diary.push(name + what);
    };
    return {
      connected: (id) => note(`connected ${id}`),
      disconnected: (id) => note(`disconnected ${id}`),
      subscribed: (id, on) => note(`subscribed ${id} ${on}`),
      written: (id, value) => {
        note(`written ${id} ${toHex(value)}`);
        this.onWritten(id, value);
      },
      ready: (id) => {
        note(`ready ${id}`);
        this.onReady(id);
      },
      idle: (id) => note(`idle ${id}`),
    };
  }

  /** A call down, during which none comes up. */
  down<Result>(call: (server: GattServer) => Result): Result {
    this.#called = true;
    const result = call(this.server);
    this.#called = false;
    return result;
  }

  serve(service: GattService | undefined, name = ""): this {
    this.down((server) => server.serve(service, this.listener(name)));
    return this;
  }

  settle(): this {
    this.scene.pass(SETTLED_MS);
    return this;
  }

  client(): { readonly peripheral: Peripheral; readonly diary: string[] } {
    const diary: string[] = [];
    const peripheral = this.scene.connect({
      mtuChanged: (mtu) => diary.push(`mtu ${mtu}`),
      discovered: (services) => diary.push(`services ${services.map(({ service }) => service.toString(16))}`),
      configured: (error) => diary.push(error === undefined ? "configured" : `refused ${error}`),
      notified: (_, value) => diary.push(`notified ${toHex(value)}`),
      servicesChanged: () => diary.push("services changed"),
      ready: () => {},
      idle: () => {},
      disconnected: () => diary.push("disconnected"),
    });
    this.settle();
    const client = { peripheral, diary };
    this.clients.push(client);
    return client;
  }

  /** A client that has subscribed, and the number of its connection. */
  subscriber(service = PROVISIONING): {
    readonly peripheral: Peripheral;
    readonly diary: string[];
    readonly id: number;
  } {
    const client = this.client();
    client.peripheral.subscribe(service.service, 1);
    this.settle();
    const id = this.lastId();
    client.diary.length = 0;
    this.diary.length = 0;
    return { ...client, id };
  }

  /** The number in the last line of the diary. */
  lastId(): number {
    return Number(/\d+/.exec(this.diary.at(-1) ?? "")?.[0]);
  }
}

/** create: a server that serves nothing yet, at each call. */
export function gattContract(create: () => GattScene): Suite {
  return (harness) => {
    connecting(harness, create);
    subscribing(harness, create);
    sending(harness, create);
    swapping(harness, create);
  };
}

type Part = (harness: Harness, create: () => GattScene) => void;

const connecting: Part = ({ test, equal, ok }, create) => {
  test("a client finds the service that is served, and no other", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    const { peripheral, diary } = stage.client();
    const id = stage.lastId();
    equal(stage.diary, [`connected ${id}`]);
    peripheral.discover();
    stage.settle();
    equal(diary, ["services 1827"]);
    peripheral.disconnect();
    stage.settle();
    equal(stage.diary, [`connected ${id}`, `disconnected ${id}`]);
    equal(diary.at(-1), "disconnected");
  });

  test("the ATT_MTU is the smaller of what both can, never less than 23, and bounds a notification", () => {
    for (const mtu of [23, 24, 69, 247, 517]) {
      const stage = new Stage(create).serve(PROVISIONING);
      const { peripheral, diary } = stage.client();
      const id = stage.lastId();
      equal(stage.server.notificationSize(id), 20);
      peripheral.exchangeMtu(mtu);
      stage.settle();
      equal(stage.server.notificationSize(id), peripheral.mtu - 3);
      ok(peripheral.mtu >= 23 && peripheral.mtu <= mtu, `${peripheral.mtu}`);
      equal(diary, [`mtu ${peripheral.mtu}`]);
    }
  });

  test("the server ends a connection; a client that vanishes is gone; numbers are not used again", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    const first = stage.subscriber();
    stage.down((server) => server.disconnect(first.id));
    stage.settle();
    equal(stage.diary, [`disconnected ${first.id}`]);
    equal(first.diary, ["disconnected"]);
    const second = stage.subscriber();
    ok(second.id !== first.id, "another number");
    stage.scene.vanish(second.peripheral);
    stage.scene.pass(60_000);
    equal(stage.diary, [`disconnected ${second.id}`]);
    equal(stage.server.notify(second.id, new Uint8Array(1)), false);
    stage.down((server) => server.disconnect(second.id));
    stage.settle();
    equal(stage.diary.length, 1);
  });

  test("as many connections as the server says", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    for (let i = 0; i < stage.server.maxConnections; i++) stage.client();
    const ids = stage.diary.map((line) => line.split(" ")[1]);
    equal(stage.diary.length, stage.server.maxConnections);
    equal(new Set(ids).size, ids.length);
    ok(stage.clients.every(({ peripheral }) => peripheral.open));
  });
};

const subscribing: Part = ({ test, equal }, create) => {
  test("1 subscribes and 0 ends it, each is heard once", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    const { peripheral, diary } = stage.client();
    const id = stage.lastId();
    stage.diary.length = 0;
    for (const value of [0, 1, 1, 0, 1]) {
      peripheral.subscribe(PROVISIONING.service, value);
      stage.settle();
    }
    equal(diary, Array(5).fill("configured"));
    equal(stage.diary, [`subscribed ${id} true`, `subscribed ${id} false`, `subscribed ${id} true`]);
  });

  test("a configuration other than 0 and 1 is refused, and changes nothing [P-6]", () => {
    for (const value of [2, 3, 4, 0x0100, 0x0101, 0xffff]) {
      const stage = new Stage(create).serve(PROVISIONING);
      const { peripheral, diary, id } = stage.subscriber();
      peripheral.subscribe(PROVISIONING.service, value);
      stage.settle();
      equal(diary.length, 1);
      equal(diary[0]?.startsWith("refused "), true, diary[0]);
      equal(stage.diary, []);
      equal(stage.server.notify(id, new Uint8Array([9])), true, "still subscribed");
    }
  });

  test("before the subscription nothing can be notified, and what is written is heard all the same [P-7]", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    const { peripheral, diary } = stage.client();
    const id = stage.lastId();
    equal(stage.server.notify(id, new Uint8Array([1])), false);
    peripheral.write(PROVISIONING.service, new Uint8Array([3, 0]));
    stage.settle();
    equal(stage.diary.at(-1), `written ${id} 0300`);
    equal(diary, []);
  });
};

const sending: Part = ({ test, equal, ok, throws }, create) => {
  test("writes arrive in order, however many come at once [P-6]", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    const { peripheral, id } = stage.subscriber();
    for (let i = 0; i < 6; i++) equal(peripheral.write(PROVISIONING.service, new Uint8Array([i])), true);
    stage.settle();
    equal(
      stage.diary,
      [0, 1, 2, 3, 4, 5].map((i) => `written ${id} 0${i}`),
    );
  });

  test("notifications arrive in order, copied; idle when all have left", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    const { diary, id } = stage.subscriber();
    const value = new Uint8Array([1, 2]);
    ok(stage.down((server) => server.notify(id, value)));
    value.fill(9);
    ok(stage.down((server) => server.notify(id, value)));
    equal(stage.diary, []);
    stage.settle();
    equal(diary, ["notified 0102", "notified 0909"]);
    equal(stage.diary.at(-1), `idle ${id}`);
  });

  test("a full queue says false, then ready when there is room; nothing is lost or doubled", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    const { diary, id } = stage.subscriber();
    let next = 0;
    const fill = (): void => {
      while (next < 100 && stage.server.notify(id, new Uint8Array([next]))) next++;
    };
    stage.down(fill);
    ok(next > 0 && next < 100, `room for ${next}`);
    stage.onReady = fill;
    stage.settle().settle();
    equal(
      diary,
      Array.from({ length: 100 }, (_, i) => `notified ${toHex(new Uint8Array([i]))}`),
    );
    equal(stage.diary.at(-1), `idle ${id}`);
  });

  test("one who does not read does not hold up the others", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    if (stage.server.maxConnections < 2) {
      equal(stage.server.maxConnections, 1, "there are no others");
      return;
    }
    const [slow, quick] = [stage.subscriber(), stage.subscriber()];
    slow.peripheral.setTaking?.(false);
    for (let i = 0; i < 100 && stage.server.notify(slow.id, new Uint8Array([i])); i++);
    ok(stage.server.notify(quick.id, new Uint8Array([7])));
    stage.settle();
    equal(quick.diary, ["notified 07"]);
    slow.peripheral.setTaking?.(true);
    stage.settle();
    equal(slow.diary.slice(0, 2), ["notified 00", "notified 01"]);
  });

  test("an answer may be notified from within a write", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    const { peripheral, diary } = stage.subscriber();
    stage.onWritten = (id) => ok(stage.server.notify(id, new Uint8Array([5])));
    peripheral.write(PROVISIONING.service, new Uint8Array([1]));
    stage.settle();
    equal(diary, ["notified 05"]);
  });

  test("a notification of the full size goes; a longer one is a mistake", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    const { peripheral, diary, id } = stage.subscriber();
    peripheral.exchangeMtu(69);
    stage.settle();
    const size = stage.server.notificationSize(id);
    ok(stage.server.notify(id, new Uint8Array(size)));
    throws(() => stage.server.notify(id, new Uint8Array(size + 1)));
    stage.settle();
    equal(diary.at(-1), `notified ${"00".repeat(size)}`);
  });
};

const swapping: Part = ({ test, equal, ok }, create) => {
  test("another service takes the place of the first: on the live link, or after closing it [P-1]", () => {
    const stage = new Stage(create).serve(PROVISIONING, "old ");
    const { peripheral, diary, id } = stage.subscriber();
    stage.serve(PROXY, "new ");
    stage.settle();
    if (!stage.server.swapsLive) {
      equal(diary, ["disconnected"]);
      equal(stage.diary, [`old disconnected ${id}`]);
      return;
    }
    equal(diary, ["services changed"]);
    equal(stage.diary, [`new connected ${id}`]);
    equal(stage.server.notify(id, new Uint8Array(1)), false, "the subscription was to the old service");
    peripheral.discover();
    stage.settle();
    peripheral.subscribe(PROVISIONING.service, 1);
    stage.settle();
    ok(diary.at(-1)?.startsWith("refused "), "the old service is gone");
    peripheral.write(PROVISIONING.service, new Uint8Array([1]));
    peripheral.subscribe(PROXY.service, 1);
    stage.settle();
    equal(diary[1], "services 1828");
    equal(stage.diary, [`new connected ${id}`, `new subscribed ${id} true`]);
    peripheral.disconnect();
    stage.settle();
    equal(stage.diary.at(-1), `new disconnected ${id}`);
  });

  test("the next client after a change finds the new service only [P-1]", () => {
    const stage = new Stage(create).serve(PROVISIONING, "old ");
    stage.serve(PROXY, "new ");
    const { peripheral, diary } = stage.client();
    peripheral.discover();
    stage.settle();
    equal(diary, ["services 1828"]);
    equal(
      stage.diary.map((line) => line.slice(0, 4)),
      ["new "],
    );
  });

  test("no service: nothing is found, nothing is heard", () => {
    const stage = new Stage(create).serve(PROVISIONING);
    stage.serve(undefined);
    const { peripheral, diary } = stage.client();
    const heard = stage.diary.length;
    peripheral.discover();
    stage.settle();
    peripheral.write(PROVISIONING.service, new Uint8Array([1]));
    stage.settle();
    equal(diary, ["services "]);
    equal(stage.diary.length, heard);
  });

  test("the same service for another listener leaves links and subscriptions as they are", () => {
    const stage = new Stage(create).serve(PROXY, "old ");
    const { peripheral, diary, id } = stage.subscriber(PROXY);
    stage.serve(PROXY, "new ");
    stage.settle();
    equal(diary, []);
    ok(stage.server.notify(id, new Uint8Array([1])));
    peripheral.write(PROXY.service, new Uint8Array([2]));
    stage.settle();
    equal(stage.diary.includes(`new written ${id} 02`), true);
  });
};
