/** Something that happens in another process, kept in order, and waited for with a bound. */

/** What has happened so far, and what happens next. */
export class Happenings<Event> {
  readonly #seen: Event[] = [];
  readonly #watchers = new Set<Watcher<Event>>();
  #ended: Error | undefined;

  /** Everything so far, in order. */
  get seen(): readonly Event[] {
    return this.#seen;
  }

  /** It happens. */
  add(event: Event): void {
    this.#seen.push(event);
    for (const watcher of [...this.#watchers]) watcher.saw(event);
  }

  /** Nothing more can happen: every wait, present and future, ends with `reason`. */
  end(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    for (const watcher of [...this.#watchers]) watcher.ended(reason);
  }

  /** `saw` is called with every event from now on. */
  watch(saw: (event: Event) => void): void {
    this.#watchers.add({ saw, ended: () => {}, late: () => {} });
  }

  /** What `pick` makes of the first event from now on that it takes; fails after `timeoutMs`, naming `what`. */
  next<Found>(what: string, timeoutMs: number, pick: (event: Event) => Found | undefined): Promise<Found> {
    return this.#watch<Found>(timeoutMs, (finish, fail) => ({
      saw: (event) => {
        const found = pick(event);
        if (found !== undefined) finish(found);
      },
      ended: fail,
      late: () => fail(new Error(`not within ${timeoutMs} ms: ${what}`)),
    }));
  }

  /** As `next`, but it may have happened already. */
  first<Found>(what: string, timeoutMs: number, pick: (event: Event) => Found | undefined): Promise<Found> {
    for (const event of this.#seen) {
      const found = pick(event);
      if (found !== undefined) return Promise.resolve(found);
    }
    return this.next(what, timeoutMs, pick);
  }

  /** Done after `durationMs` in which nothing happened that `matches`; fails as soon as it does, naming `what`. */
  none(what: string, durationMs: number, matches: (event: Event) => boolean): Promise<void> {
    return this.#watch<void>(durationMs, (finish, fail) => ({
      saw: (event) => {
        if (matches(event)) fail(new Error(`it happened: ${what}`));
      },
      ended: fail,
      late: () => finish(undefined),
    }));
  }

  #watch<Result>(
    timeoutMs: number,
    make: (finish: (result: Result) => void, fail: (reason: Error) => void) => Watcher<Event>,
  ): Promise<Result> {
    const promise = new Promise<Result>((resolve, reject) => {
      const over = () => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
      };
      const watcher = make(
        (result) => {
          over();
          resolve(result);
        },
        (reason) => {
          over();
          reject(reason);
        },
      );
      const timer = setTimeout(() => watcher.late(), timeoutMs);
      this.#watchers.add(watcher);
      if (this.#ended !== undefined) watcher.ended(this.#ended);
    });
    // Often begun before what causes the event, and awaited after it: until then a failure is nobody's.
    promise.catch(() => {});
    return promise;
  }
}

interface Watcher<Event> {
  saw(event: Event): void;
  ended(reason: Error): void;
  late(): void;
}
