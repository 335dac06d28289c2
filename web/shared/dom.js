// Elements, made without strings of markup: where Trusted Types hold, a page that assigns none needs no policy.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

// An element with attributes and children. An attribute that is a function listens; null and false leave one out.
/** @type {import("./types").El} */
export function el(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

// The same for a drawing.
export function draw(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  put(node, children);
  return node;
}

function put(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) put(node, child);
    else if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

// Give a node other children than it had.
export function fill(node, ...children) {
  while (node.firstChild) node.firstChild.remove();
  put(node, children);
}
