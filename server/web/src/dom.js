/**
 * @template {Element} T
 * @param {ParentNode} parent
 * @param {string} selector of an element that the page's own HTML holds
 * @param {new () => T} type
 * @returns {T}
 */
export function find(parent, selector, type) {
  const element = parent.querySelector(selector);
  if (element instanceof type) return element;
  throw new TypeError(`no ${type.name} at ${selector}`);
}

/**
 * @param {string} id of a template with a single element in it
 * @returns {HTMLElement} a fresh copy of that element
 */
export function instantiate(id) {
  const { content } = find(document, `#${id}`, HTMLTemplateElement);
  const fragment = /** @type {DocumentFragment} */ (document.importNode(content, true));
  return /** @type {HTMLElement} */ (fragment.firstElementChild);
}

/**
 * Sets the icon of a button that holds one.
 *
 * @param {Element} button
 * @param {string} name of a symbol in index.html
 */
export function setIcon(button, name) {
  const use = find(button, "use", SVGUseElement);
  if (use.getAttribute("href") !== `#icon-${name}`) use.setAttribute("href", `#icon-${name}`);
}
