/**
 * The phone's own store of a round: what was scored here, until and after the server has it.
 *
 * `scores` are by user, round, household and item; `doors` (remark and photo) by user, round and
 * household. Where the browser has no IndexedDB everything stays in the page's memory alone.
 */

const DATABASE = "moralbank-rounds";

export class Store {
  static async open() {
    const store = new Store();
    try {
      store.database = await new Promise((resolve, reject) => {
        const opening = indexedDB.open(DATABASE, 1);
        opening.onupgradeneeded = () => {
          for (const name of ["scores", "doors"]) {
            opening.result.createObjectStore(name, { keyPath: "key" });
          }
        };
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = opening.onblocked = () => reject(opening.error);
      });
    } catch {
      store.memory = { scores: new Map(), doors: new Map() };
    }
    return store;
  }

  /** Everything that is kept under `name`. */
  all(name) {
    if (this.memory) return Promise.resolve([...this.memory[name].values()]);
    return this.run(name, "readonly", (place, give) => {
      const asking = place.getAll();
      asking.onsuccess = () => give(asking.result);
    });
  }

  /**
   * Read one entry, change it, write it, in one transaction, so that two tabs can't undo each
   * other. `change` gets the entry (or undefined) and gives the new one, or undefined to leave it.
   */
  update(name, key, change) {
    if (this.memory) {
      const made = change(this.memory[name].get(key));
      if (made) this.memory[name].set(key, { ...made, key });
      return Promise.resolve(this.memory[name].get(key));
    }
    return this.run(name, "readwrite", (place, give) => {
      const asking = place.get(key);
      asking.onsuccess = () => {
        const made = change(asking.result);
        if (made) place.put({ ...made, key });
        give(made ? { ...made, key } : asking.result);
      };
    });
  }

  remove(name, key) {
    if (this.memory) return Promise.resolve(this.memory[name].delete(key));
    return this.run(name, "readwrite", (place) => place.delete(key));
  }

  /** Done only when the phone has it: "strict" waits for the disk, not for its cache. */
  run(name, mode, act) {
    return new Promise((resolve, reject) => {
      const turn = this.database.transaction(name, mode, { durability: "strict" });
      let given;
      act(turn.objectStore(name), (value) => (given = value));
      turn.oncomplete = () => resolve(given);
      turn.onabort = turn.onerror = () => reject(turn.error);
    });
  }
}
