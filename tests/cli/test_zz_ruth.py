from __future__ import annotations
import json, sys
from pathlib import Path
import pytest
from cli_brand import Brand
from support.builders import product, variant, category, price, collection, customer

def p(*x): print(*x, file=open("/tmp/ruth/out.txt","a"))
TEE, CAP, HAT = product("tee"), product("cap"), product("hat")

def test_personal(brand: Brand):
    c = customer("1000", name="Anna Privat", email="anna@private.dk", phone="11111111")
    brand.applied(TEE, c)
    brand.box.edit("customer", "1000", name="Bente Hemmelig", email="bente@hemmelig.dk")
    brand.catalog(TEE, {**c, "name": "Carla Skjult", "email": "carla@skjult.dk", "protect": True})
    secret = ("Anna", "Bente", "Carla", "anna@", "bente@", "carla@", "1111")
    for a in ((), ("--format","json"), ("--format","markdown"), ("--format","html"), ("--log-format", "json", "-v")):
        r = brand.run("plan", *a)
        t = r.out + r.err
        p(a, r.code, [s for s in secret if s in t])
        if a in ((), ("--format","markdown")): p(t)
        if "json" in a and "--format" in a: p(json.dumps(r.json["steps"][0]["changes"]), r.json["products"])
    for a in (("--format","markdown"), ("--format","html"), ("--log-format","json")):
        r = brand.run("apply", "--yes", "--write-drift", *a); t = r.out + r.err
        p("APPLY", a, r.code, [s for s in secret if s in t])

def test_old_plan(brand: Brand):
    from reconcile.core.plan_json import _digest
    brand.applied(TEE, CAP)
    brand.catalog(product("tee", variant("tee-s", prices={"DKK": price(110)})), CAP)
    brand.run("plan", "--out", "plan.json")
    d = json.loads(Path("plan.json").read_text()); d.pop("digest"); d.pop("products")
    for s in d["steps"]: s.pop("beside", None)
    Path("old.json").write_text(json.dumps({"digest": _digest(d), **d}))
    r = brand.run("apply", "old.json", "--yes"); p("OLD", r.code, r.out, r.err)

def test_log(brand: Brand):
    brand.applied(TEE, CAP)
    brand.write("catalog/b\u001b[31m\n.yaml", "products: [\u001b]0;x\u0007 - {item_number: \"\\e\"}]")
    r = brand.run("plan", "--log-format", "json"); p("LOG", r.code, r.out, r.err)
    for line in r.err.splitlines(): json.loads(line)
    r = brand.run("plan", "--log-format=json", "--nope\x1b"); p("LOG", r.code, r.out, r.err)
    r = brand.run("apply", "--yes", "--log-format=json", "nope.json"); p("LOG", r.code, r.out, r.err)
    r = brand.run("plan", "--log-format", "json", "--log-format", "text", "--only", "product:zzz"); p("LOG2", r.code, r.out, r.err)
    r = brand.run("--log-format", "json", "plan", "--config", "/nonexist/\x07"); p("LOG3", r.code, r.out, r.err)
