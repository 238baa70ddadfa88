"""The pages of the small shop: what it answers depends on the request and its session alone."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

CATEGORIES = {1: "Books", 2: "Tea", 3: "Lamps", 4: "Boots"}
ITEMS_PER_PAGE = 5
HTML, JSON = "text/html; charset=utf-8", "application/json"


def read_users() -> dict[str, str]:
    """Read who may log in: the same file as the plan's."""
    with (Path(__file__).parent / "users.csv").open(newline="", encoding="utf-8") as file:
        return {row["username"]: row["password"] for row in csv.DictReader(file)}


@dataclass
class Session:
    """One visitor between login page and logout."""

    key: str
    token: str
    user: str = ""
    cart: dict[int, int] = field(default_factory=dict)


@dataclass
class Request:
    """What a handler sees of a request."""

    method: str
    path: str
    form: dict[str, str]
    body: bytes
    session: Session | None


@dataclass
class Answer:
    """What a handler gives back."""

    status: int
    body: str
    kind: str = HTML
    headers: tuple[str, ...] = ()


def page(title: str, content: str, status: int = 200, *headers: str) -> Answer:
    """Lay out one HTML page."""
    body = f"<body><h1>{title}</h1>\n{content}\n</body>"
    return Answer(status, f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n{body}</html>\n", HTML, headers)


def data(value: object, status: int = 200) -> Answer:
    """Write a JSON answer."""
    return Answer(status, json.dumps(value), JSON)


def redirect(to: str) -> Answer:
    """Send the visitor to another page, as after a form."""
    return Answer(302, "", HTML, (f"Location: {to}",))


def item(number: int) -> dict[str, object]:
    """Describe an item. Every fifth one is sold out."""
    name = f"{CATEGORIES[number // 100]} no. {number % 100}"
    return {"id": number, "name": name, "price_cents": 500 + number % 100 * 25, "stock": 0 if number % 5 == 0 else 12}


class Shop:
    """The shop's pages. Each handler is found by its method and a pattern of its path."""

    def __init__(self) -> None:
        self.users = read_users()
        self.sessions: dict[str, Session] = {}
        self.visitors = 0
        self.orders = 0
        number, get, post = r"(\d{3})", "GET", "POST"
        routes: list[tuple[str, str, Callable[..., Answer]]] = [
            (get, r"/", self.home),
            (get, r"/login", self.login_page),
            (post, r"/login", self.log_in),
            (get, r"/account", self.account),
            (get, r"/categories/([1-4])", self.category),
            (get, r"/api/categories/([1-4])/items", self.items),
            (get, r"/items/" + number, self.item_page),
            (get, r"/api/items/" + number, lambda request, key: data(item(int(key)))),
            (post, r"/cart", self.add_to_cart),
            (get, r"/cart", self.cart),
            ("PUT", r"/api/cart/" + number, self.set_quantity),
            (post, r"/checkout", self.check_out),
            (get, r"/logout", self.log_out),
        ]
        self.routes = [(method, re.compile(pattern), handler) for method, pattern, handler in routes]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        found = False
        for method, pattern, handler in self.routes:
            if match := pattern.fullmatch(request.path):
                if method == request.method:
                    return handler(request, *match.groups())
                found = True
        return page("Not allowed", request.method, 405) if found else page("Not found", request.path, 404)

    def home(self, request: Request) -> Answer:
        links = "\n".join(f'<a href="/categories/{key}">{name}</a>' for key, name in CATEGORIES.items())
        return page("The small shop", links)

    def login_page(self, request: Request) -> Answer:
        self.visitors += 1
        key = hashlib.sha1(f"visitor {self.visitors}".encode()).hexdigest()
        session = self.sessions[key] = Session(key, hashlib.sha1(key.encode()).hexdigest()[:24])
        form = (
            '<form method="post" action="/login"><input name="username"/><input type="password" name="password"/>'
            f'<input type="hidden" name="csrf" value="{session.token}"/><button>Sign in</button></form>'
        )
        return page("Sign in", form, 200, f"Set-Cookie: SHOPSESSION={key}; Path=/; HttpOnly")

    def log_in(self, request: Request) -> Answer:
        session, form = request.session, request.form
        if session is None or form.get("csrf") != session.token:
            return page("Form expired", "Open the login page again.", 403)
        if self.users.get(form.get("username", ""), "") != form.get("password"):
            return page("Sign in", "Wrong name or password.", 401)
        session.user = form["username"]
        return redirect("/account")

    def account(self, request: Request) -> Answer:
        if request.session is None or not request.session.user:
            return redirect("/login")
        return page("Your account", f"Welcome, {request.session.user}!")

    def category(self, request: Request, key: str) -> Answer:
        return page(CATEGORIES[int(key)], f'<div data-items="/api/categories/{key}/items"></div>')

    def items(self, request: Request, key: str) -> Answer:
        number = request.form.get("page", "1")
        first = int(key) * 100 + (int(number) if number in "123456789" else 1) * ITEMS_PER_PAGE
        # On the first page the first item is sold out; on the others it isn't.
        first += 0 if number == "1" else 1
        return data({"category": CATEGORIES[int(key)], "items": [item(first + i) for i in range(ITEMS_PER_PAGE)]})

    def item_page(self, request: Request, key: str) -> Answer:
        if int(key) // 100 not in CATEGORIES:
            return page("Not found", f"There is no item {key}.", 404)
        one = item(int(key))
        return page(str(one["name"]), f'<p id="price">{one["price_cents"]} cents</p><p id="stock">{one["stock"]}</p>')

    def add_to_cart(self, request: Request) -> Answer:
        session, form = request.session, request.form
        if session is None or not session.user:
            return redirect("/login")
        number = int(form.get("item", "0"))
        session.cart[number] = session.cart.get(number, 0) + int(form.get("quantity", "1"))
        return redirect("/cart")

    def set_quantity(self, request: Request, key: str) -> Answer:
        session = request.session
        if session is None or int(key) not in session.cart:
            return data({"error": f"no item {key} in the cart"}, 404)
        session.cart[int(key)] = json.loads(request.body)["quantity"]
        return data({"item": int(key), "quantity": session.cart[int(key)], "pieces": sum(session.cart.values())})

    def cart(self, request: Request) -> Answer:
        cart = request.session.cart if request.session else {}
        lines = "\n".join(f"<li>{count} x {item(number)['name']}</li>" for number, count in cart.items())
        return page("Your cart", f"<ul>{lines}</ul>\n<p>{sum(cart.values())} pieces</p>")

    def check_out(self, request: Request) -> Answer:
        session = request.session
        if session is None or request.form.get("csrf") != session.token or not session.cart:
            return page("No order", "Nothing to order, or the form expired.", 400)
        self.orders += 1
        pieces = sum(session.cart.values())
        session.cart.clear()
        return page("Thank you", f"Order {self.orders} of {pieces} pieces is on its way, {session.user}.", 201)

    def log_out(self, request: Request) -> Answer:
        if request.session:
            self.sessions.pop(request.session.key, None)
        return redirect("/")
