// What JMeter's scripts find in JavaScript beside the language: Java's objects and texts, as Rhino shows them.
// __call(id, name, ...args), __get(id, name), __has(id, name), __root(name) lead to Python; values come back tagged.
(function (global) {
  "use strict";
  var call = global.__call, get = global.__get, has = global.__has, root = global.__root, still = global.__static;
  var evaluate = global.eval;
  var TEXT = Symbol("text"), ID = Symbol("id");
  var texts = new Map();
  var touched = false;

  function JavaText(text) { this[TEXT] = text; }
  JavaText.prototype = new Proxy(String.prototype, {
    get: function (target, name, self) {
      if (name === Symbol.toPrimitive) return function () { return self[TEXT]; };
      if (name === "toString" || name === "valueOf") return function () { return self[TEXT]; };
      if (typeof name === "symbol" || name === "constructor") return target[name];
      if (name === "replace" || name === "split" || name === "match" || name === "search") {
        return function () {
          var first = arguments[0];
          if (first instanceof RegExp) return String.prototype[name].apply(self[TEXT], arguments);
          return invoke(self, name, arguments);
        };
      }
      if (has(self[TEXT], name)) return function () { return invoke(self, name, arguments); };
      return target[name];
    }
  });

  function javaText(text) {
    var made = texts.get(text);
    if (made === undefined) texts.set(text, made = new JavaText(text));
    return made;
  }

  // Java's objects: a handle, the methods and properties of which are asked for as they are used
  function handle(id) {
    return new Proxy(function () {}, {
      get: function (target, name) {
        if (name === ID) return id;
        if (name === Symbol.toPrimitive || name === "toString") return function () { return plain(call("\u0011" + id, "toString")); };
        if (typeof name === "symbol") return undefined;
        if (/^[0-9]+$/.test(name)) return wrapped(call("\u0011" + id, "get", Number(name)));
        if (has("\u0011" + id, name)) return function () { return invoke(this, name, arguments); };
        return wrapped(get("\u0011" + id, name));
      }
    });
  }

  function plain(value) { return typeof value === "string" ? value.slice(1) : value; }

  function wrapped(value) {
    if (typeof value !== "string") return value;
    var rest = value.slice(1);
    switch (value[0]) {
      case "s": return javaText(rest);
      case "h": return handle(Number(rest));
      case "j": return rest;
      default: return undefined;
    }
  }

  function sent(value) {
    if (value === undefined) return "\u0012";
    if (value === null || typeof value === "boolean" || typeof value === "number") return value;
    if (value instanceof JavaText) return value[TEXT];
    if (typeof value === "string") return value;
    if (value[ID] !== undefined) return "\u0011" + value[ID];
    if (value instanceof String) return String(value);
    var json;
    try { json = JSON.stringify(value); } catch (error) { json = undefined; }
    return "\u0013" + (json === undefined ? JSON.stringify(String(value)) : json);
  }

  function invoke(self, name, given) {
    var args = [self instanceof JavaText ? self[TEXT] : "\u0011" + self[ID], name];
    for (var i = 0; i < given.length; i++) args.push(sent(given[i]));
    return wrapped(call.apply(null, args));
  }

  // java.lang.System.currentTimeMillis() and the like: names that end in a call
  function packages(path) {
    return new Proxy(function () {}, {
      get: function (target, name) {
        if (name === Symbol.toPrimitive || name === "toString") return function () { return "[JavaPackage " + path + "]"; };
        return typeof name === "symbol" ? undefined : packages(path ? path + "." + name : name);
      },
      apply: function (target, self, given) { return made(path, given); },
      construct: function (target, given) { return made("new " + path, given); }
    });
  }

  function made(path, given) {
    var args = [path];
    for (var i = 0; i < given.length; i++) args.push(sent(given[i]));
    return wrapped(still.apply(null, args));
  }

  ["vars", "props", "ctx", "log", "threadName", "sampler", "sampleResult"].forEach(function (name) {
    Object.defineProperty(global, name, {
      configurable: true,
      get: function () {
        var value = root(name);
        return typeof value === "string" && value[0] === "j" ? value.slice(1) : wrapped(value);
      },
      set: function (value) {
        touched = true;
        Object.defineProperty(global, name, { value: value, writable: true, configurable: true });
      }
    });
  });
  global.Packages = packages("");
  global.java = packages("java");
  global.javax = packages("javax");
  global.org = packages("org");
  var dateText = Date.prototype.toString;
  Date.prototype.toString = function () { return dateText.call(this).replace("GMT+0000", "GMT-0000 (UTC)"); };
  ["__call", "__get", "__has", "__root", "__static"].forEach(function (name) { delete global[name]; });

  var own = Object.getOwnPropertyNames(global).length;
  var names = {};
  var roots = {};
  Object.getOwnPropertyNames(global).forEach(function (name) { names[name] = true; });
  ["vars", "props", "ctx", "log", "threadName", "sampler", "sampleResult"].forEach(function (name) {
    roots[name] = Object.getOwnPropertyDescriptor(global, name);
  });

  var isBound = true;

  // JMeter's objects are there for functions, not for conditions
  function bind(bound) {
    if (bound) Object.defineProperties(global, roots);
    else Object.keys(roots).forEach(function (name) { delete global[name]; });
    own = Object.getOwnPropertyNames(global).length;
    isBound = bound;
  }

  function clean() {
    touched = false;
    Object.getOwnPropertyNames(global).forEach(function (name) {
      if (!names[name] || (!isBound && roots[name])) delete global[name];
    });
    if (isBound) Object.defineProperties(global, roots);
  }

  return function (code, bound) {
    if (bound !== isBound) bind(bound);
    try {
      var value = (0, evaluate)(code);
      if (typeof value === "object" && value !== null && value instanceof JavaText) return value[TEXT];
      if (typeof value === "function" && value[ID] === undefined && /^\s*function\s+\w/.test(code)) return "undefined";
      return value === global ? "[object Object]" : String(value);
    } finally {
      if (texts.size) texts.clear();
      if (touched || Object.getOwnPropertyNames(global).length !== own) clean();
    }
  };
})(globalThis)
