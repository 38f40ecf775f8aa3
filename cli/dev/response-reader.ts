/** Heads that are longer are not looked at. */
const MAX_HEAD = 16 * 1024;

/**
 * Tells where the answers of a server end, on a connection that is kept for more than one. It knows of
 * those that say how long they are, as the answers to calls do; of others, that it does not know.
 */
export class ResponseReader {
  #head = "";
  /** Bytes of a body that are to come; `null` while a head is. */
  #rest: number | null = 0;
  #isUnknown = false;

  /** Whether all that was asked has been answered, so that nobody would miss the server. */
  get isComplete(): boolean {
    return this.#rest === 0 && !this.#isUnknown;
  }

  /** A request has begun. One that comes before the last is answered is more than is understood. */
  expect(): void {
    if (!this.isComplete) this.#isUnknown = true;
    this.#rest = null;
    this.#head = "";
  }

  push(data: Buffer): void {
    if (this.#isUnknown) return;
    if (this.#rest === null) this.#pushHead(data);
    else if (data.length > this.#rest) this.#isUnknown = true;
    else this.#rest -= data.length;
  }

  #pushHead(data: Buffer): void {
    this.#head += data.toString("latin1");
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#head.length > MAX_HEAD) this.#isUnknown = true;
      return;
    }
    const head = this.#head.slice(0, end + 2);
    const isEmpty = /^HTTP\/1\.1 (?:204|304) /.test(head);
    const length = isEmpty ? "0" : /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
    const rest = Number(length) - (this.#head.length - end - 4);
    // What is no answer yet, closes the connection, or becomes another protocol.
    const isOther = !/^HTTP\/1\.1 [2-5]/.test(head) || /\r\nconnection: *close\r\n/i.test(head);
    if (isOther || length === undefined || rest < 0) {
      this.#isUnknown = true;
    } else this.#rest = rest;
  }
}
