// The WebSocket to the API server: operations that are answered, and notices that come by themselves.

/** @typedef {{ [name: string]: any }} Data */

/**
 * @typedef {object} Question
 * @property {string} op
 * @property {string} answer the op of its answer
 * @property {(data: Data) => void} resolve
 * @property {(error: Error) => void} reject
 */

export class Signalling {
  /** @type {(op: string, data: Data) => void} */
  onNotice = () => {};
  onClose = () => {};
  #socket;
  /** What is not answered yet; the media server answers those of one stream in their order. @type {Question[]} */
  #questions = [];

  /** @param {WebSocket} socket that is open */
  constructor(socket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = () => this.onClose();
  }

  /**
   * @param {URL} address
   * @returns {Promise<Signalling>}
   */
  static open(address) {
    const socket = new WebSocket(
      Object.assign(address, { protocol: address.protocol.replace("http", "ws") }),
    );
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(new Signalling(socket));
      socket.onclose = () => reject(new Error("the API server cannot be reached"));
    });
  }

  /**
   * @param {string} op
   * @param {Data} [data]
   */
  tell(op, data = {}) {
    this.#socket.send(JSON.stringify({ op, data }));
  }

  /**
   * @param {string} op
   * @param {string} answer the op of its answer
   * @param {Data} [data]
   * @returns {Promise<Data>} the answer's data; rejects if the media server refuses
   */
  ask(op, answer, data) {
    this.tell(op, data);
    return new Promise((resolve, reject) => this.#questions.push({ op, answer, resolve, reject }));
  }

  close() {
    this.#socket.close();
  }

  /** @param {{ op: string, data: Data }} message */
  #receive({ op, data }) {
    const refused = op === "media-server-error";
    const index = this.#questions.findIndex((question) =>
      refused ? question.op === data["name"] : question.answer === op,
    );
    const [question] = index < 0 ? [] : this.#questions.splice(index, 1);
    if (!question) this.onNotice(op, data);
    else if (refused || data["error"]) question.reject(new Error(data["msg"] ?? data["error"]));
    else question.resolve(data);
  }
}
