"""The page of `ald ui` under siege: reloads, tabs, signals, killed processes, strangers.

    python tools/page_test.py

Headless Chromium drives `ald.page.serve`. A line for each thing that holds (`ok`) or does not (`WRONG`); exit code 1 if
any does not. Whatever was started is ended.
"""
import contextlib, http.client, os, shutil, signal, socket, subprocess, sys, tempfile, threading, time
from pathlib import Path
from urllib.parse import urlsplit
import psutil
from browser_test import BROWSERS, FLAGS, TOP

AWAY = 5 # seconds that a kernel is kept without its page; a minute in use
SERVE = """
from ald.page import serve
try:
    with serve(away=%s) as (address, process):
        print(address, process.pid, flush=True)
        process.wait()
except KeyboardInterrupt: raise SystemExit(130) # as `ald` does
"""
SOCKETS = """window.sockets = []; // every connection that the page has opened
    window.WebSocket = class extends WebSocket { constructor(...how) { super(...how); sockets.push(this); } };"""
wrong = []


def check(ok, sentence):
    print(("ok: " if ok else "WRONG: ") + sentence, flush=True)
    if not ok: wrong.append(sentence)
    return ok


def within(seconds, what, sentence, shows=None):
    "Wait until `what()` is true, and say so, with what `shows()` gives then."
    end = time.monotonic() + seconds
    while not (got := what()) and time.monotonic() < end: time.sleep(.1)
    if shows: sentence += f": {shows()}"
    check(got, sentence if got else f"{sentence} (not within {seconds} s)")
    return got


class Served:
    "A process that serves as `ald ui` does, with its server and kernels."
    def __init__(self):
        self.state = tempfile.mkdtemp(prefix="ald-state-") # not the edits of whoever runs this
        env = dict(os.environ, PYTHONPATH=str(TOP), OMP_NUM_THREADS="1", XDG_STATE_HOME=self.state)
        code = [sys.executable, "-c", SERVE % AWAY]
        self.process = subprocess.Popen(code, stdout=subprocess.PIPE, text=True, env=env)
        self.address, pid = self.process.stdout.readline().split()
        self.server, self.folder = psutil.Process(int(pid)), Path(psutil.Process(int(pid)).cwd())
        self.host, self.token = urlsplit(self.address).netloc, self.address.split("=")[1]

    def running(self):
        "Every process whose command line names the folder."
        named = lambda p: any(f"{self.folder}" in part for part in p.info["cmdline"] or ())
        lives = lambda p: p.info["status"] != psutil.STATUS_ZOMBIE
        return [p for p in psutil.process_iter(["cmdline", "status"]) if named(p) and lives(p)]

    def kernels(self): return {p.pid for p in self.running() if "ipykernel_launcher" in p.info["cmdline"]}

    def end(self):
        for p in [self.process, *self.running()]:
            with contextlib.suppress(psutil.Error): p.kill()
        self.process.wait()
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        shutil.rmtree(self.state, ignore_errors=True)

    def ask(self, path, method="GET", key=True, **headers):
        "Status and body of an answer, by a request as it stands."
        line = http.client.HTTPConnection(self.host, timeout=30)
        sent = {k.replace("_", "-"): v for k, v in headers.items()}
        line.request(method, path, headers=dict(sent, Authorization=f"token {self.token}") if key else sent)
        answer = line.getresponse()
        return answer.status, answer.read()


class Tab:
    "A page of the browser, by what one does with it."
    def __init__(self, context, served):
        self.page, self.served, self.noise = context.new_page(), served, []
        hear = lambda bad, text: self.noise.append(text) if bad else None
        self.page.on("console", lambda m: hear(m.type == "error", f"{m.text} {m.location.get('url', '')}"))
        self.page.on("pageerror", lambda e: hear(True, str(e)))
        self.page.on("request", lambda r: hear("//" in r.url and served.host not in r.url, f"elsewhere: {r.url}"))
        before = served.kernels()
        self.page.goto(served.address, timeout=60000)
        self.ready()
        self.kernel = (served.kernels() - before).pop()

    def ready(self): self.page.locator(".ald-editor [role=slider]").first.wait_for(timeout=60000)

    def answers(self):
        "Whether Python answers when a note is moved."
        editor = self.page.locator(".ald-editor")
        undo = lambda off: editor.get_by_role("button", name="Undo", exact=True, disabled=off)
        editor.locator(".ald-notes [role=slider]").first.focus()
        self.page.keyboard.press("ArrowUp")
        try:
            undo(False).click(timeout=30000)
            undo(True).wait_for(timeout=30000)
        except Exception: return False
        return True

    def told(self): return " ".join(self.page.locator("#ald-lost").all_inner_texts())
    def theme(self):
        "What widgets, the background and the editor say."
        editor = "document.querySelector('.ald-editor').dataset.theme"
        ground = "getComputedStyle(document.body).backgroundColor"
        return self.page.evaluate(f"[document.body.dataset.jpThemeLight, {ground}, {editor}]")


def one_page(tab, served):
    seen = [" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])]
    if shutil.which("ps"): seen.append(subprocess.run(["ps", "-ef"], capture_output=True, text=True).stdout)
    check(len(seen) > 5 and not any(served.token in line for line in seen), "the key is in no process's command line")
    check(tab.answers(), "Python answers")
    light = tab.theme()
    tab.page.emulate_media(color_scheme="dark")
    night = lambda: (t := tab.theme())[0] == "false" and t[1] != light[1] and t[2] == "dark"
    within(20, night, f"the system turns dark, and the page with it, from {light[1]}", lambda: tab.theme()[1])
    tab.page.emulate_media(color_scheme="light")
    within(20, lambda: tab.theme() == light, "and light again")
    check(not tab.noise, f"there was no error in the console, and nothing was asked for elsewhere: {tab.noise[:3]}")


def two_tabs(context, tab, served):
    other = Tab(context, served)
    check(len(served.kernels()) == 2 and tab.answers() and other.answers(),
          "two tabs at once both work, each with a kernel of its own")
    other.page.get_by_role("button", name="Generate", exact=True).first.click()
    other.page.locator("button:enabled", has_text="Cancel").first.wait_for(timeout=20000)
    other.page.close()
    left = lambda: served.kernels() == {tab.kernel}
    within(30, left, "a tab closed during a rendering takes its kernel with it, and no other")


def staying(tab, served):
    tab.page.evaluate("addEventListener('beforeunload', window.asks = e => e.preventDefault())")
    with tab.page.expect_event("dialog", timeout=20000) as asked:
        tab.page.once("dialog", lambda d: d.dismiss())
        tab.page.evaluate("setTimeout(() => location.reload())")
    time.sleep(1)
    tab.page.evaluate("removeEventListener('beforeunload', window.asks)")
    check(asked.value.type == "beforeunload" and served.kernels() == {tab.kernel} and tab.answers(),
          "whoever is asked whether to leave, and stays, goes on with the same Python")


def left_alone(context, tab, served):
    tab.page.evaluate("window.sockets.forEach(s => s.close())")
    open_again = lambda: tab.page.evaluate("window.sockets.some(s => s.readyState === 1)")
    within(60, open_again, "a connection that is lost comes back")
    check(served.kernels() == {tab.kernel} and tab.answers(), "to the same Python")
    cdp = context.new_cdp_session(tab.page)
    cdp.send("Page.setWebLifecycleState", dict(state="frozen"))
    time.sleep(3*AWAY)
    cdp.send("Page.setWebLifecycleState", dict(state="active"))
    check(served.kernels() == {tab.kernel} and tab.answers() and not tab.told(),
          f"a page that slept for {3*AWAY} s, three times as long as a kernel is kept alone, goes on")


def strangers(tab, served):
    kernel = tab.page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    mine, channels = f"/ald/kernel/{kernel}", f"/api/kernels/{kernel}/channels"
    evil = dict(Origin="http://evil.example", Referer="http://evil.example/")
    upgrade = dict(Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Version="13")
    upgrade["Sec_WebSocket_Key"] = "A"*22 + "=="
    cookie = "; ".join(f"{c['name']}={c['value']}" for c in tab.page.context.cookies())
    check(served.ask(mine)[0] == 200, "with the key one may ask how a kernel is")
    refused = {
        "without the key": served.ask(mine, key=False),
        "without the key, to connect": served.ask(channels, key=False, **upgrade),
        "by another site, to connect": served.ask(channels, key=False, Cookie=cookie, **upgrade, **evil),
        "by another site, to end a kernel": served.ask(mine, "POST", key=False, Cookie=cookie, **evil),
        "with the cookie alone, to end a kernel": served.ask(mine, "POST", key=False, Cookie=cookie),
        "by another name of this machine": served.ask(mine, Host="evil.example"),
        "by another name, for the page": served.ask("/", Host="evil.example"),
    }
    for what, (status, _) in refused.items(): check(status in (403, 404), f"refused {what}: {status}")
    check(served.ask("/", key=False)[0] == 302, "without the key one is sent to the login")
    places = "/", *(f"/voila/{w}/" for w in ("files", "static", "templates/ald/static", "labextensions", "api/themes"))
    ways, files = ("../", "..%2f", "%2e%2e/", "....//"), ("etc/hostname", "etc/passwd")
    paths = [place + up*8 + file for place in places for up in ways for file in files]
    paths += ["/voila/files/ald.ipynb", "/voila/files/tmp/x.png"]
    got = {p: served.ask(p) for p in paths}
    told = [p for p, (status, body) in got.items() if status == 200 or b"root:" in body]
    check(not told, f"{len(paths)} ways to other files lead nowhere: {told[:3]}")
    held = [socket.create_connection(served.host.split(":")) for _ in range(50)]
    check(tab.answers() and served.ask(mine)[0] == 200, "while 50 connections are held the page works")
    for s in held: s.close()


def quick(context, tab, served):
    most, sizes, over = 0, [], threading.Event()
    def watch():
        nonlocal most
        while not over.wait(.2):
            now = []
            for p in served.running():
                with contextlib.suppress(psutil.Error): now.append(p.memory_info().rss)
            most = max(most, len(now) - 1)
            sizes.append(sum(now)/1e6)
    watching = threading.Thread(target=watch)
    watching.start()
    for _ in range(50):
        with contextlib.suppress(Exception): tab.page.goto(served.address, wait_until="commit", timeout=20000)
    tab.ready()
    over.set(); watching.join()
    within(60, lambda: len(served.kernels()) == 1, "of 50 quick reloads one kernel is left, and the page works")
    print(f"    at most {most} kernels at once; they and the server held {max(sizes):.0f} MB at most")
    tab.kernel = served.kernels().pop()


def killed_kernel(tab, served):
    os.kill(tab.kernel, signal.SIGKILL)
    within(30, lambda: "Python has ended" in tab.told(), "when the kernel is killed, the page says so")
    check(tab.page.locator("#ald-lost").get_attribute("role") == "alert", "to a screen reader too")
    tab.page.goto(served.address, wait_until="commit")
    within(30, served.kernels, "a page is loading")
    time.sleep(1) # the server knows its kernel by now, and the page takes longer to load
    for k in served.kernels(): os.kill(k, signal.SIGKILL)
    within(90, lambda: "Python has ended" in tab.told(), "when it is killed while the page loads, the page says so")
    tab.page.get_by_role("button", name="Start it again").click()
    tab.ready()
    within(30, lambda: len(served.kernels()) == 1 and tab.answers(), "its button starts another, and the page works")


def killed_browser(pw, browser, served):
    "Another browser, so that the first one is left."
    before = served.kernels()
    own = lambda: {p.pid for p in psutil.Process().children(recursive=True)}
    others = own()
    Tab(pw.chromium.launch(executable_path=browser, args=FLAGS).new_context(), served)
    for pid in own() - others:
        with contextlib.suppress(OSError): os.kill(pid, signal.SIGKILL)
    left = lambda: served.kernels() == before
    within(6*AWAY, left, "when a browser is killed, its kernel ends by itself, and no other")


def killed_server(tab, served):
    served.server.kill()
    within(30, lambda: not served.running() and served.process.poll() is not None,
           "when the server is killed, its kernels and the command end")
    within(60, lambda: "server has ended" in tab.told(), "and the page says so")


def signals():
    "A process that serves is ended by each signal, while a page is loading."
    for number, code in ((signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGKILL, -9)):
        served = Served()
        try:
            line = http.client.HTTPConnection(served.host, timeout=20)
            line.request("GET", f"/?token={served.token}")
            within(30, served.kernels, f"{number.name}: a kernel runs")
            served.process.send_signal(number)
            gone = lambda: not served.running() and served.process.poll() is not None
            within(30, gone, f"{number.name} leaves no process")
            check(served.process.poll() == code, f"{number.name}: the exit code is {served.process.poll()}")
            within(30, lambda: not served.folder.parent.exists(), f"{number.name} leaves no folder with the page")
            line.close()
        finally: served.end()


def main():
    browser = next((b for b in map(shutil.which, BROWSERS) if b), None)
    if not check(browser, f"a browser is installed: {browser or 'none of ' + ', '.join(BROWSERS)}"): sys.exit(1)
    from playwright.sync_api import sync_playwright
    begin, served = time.monotonic(), Served()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)) # so that `finally` is reached
    try:
        with sync_playwright() as pw:
            chromium = pw.chromium.launch(executable_path=browser, args=FLAGS)
            context = chromium.new_context(viewport=dict(width=1280, height=800))
            context.add_init_script(SOCKETS)
            tab = Tab(context, served)
            one_page(tab, served)
            two_tabs(context, tab, served)
            staying(tab, served)
            strangers(tab, served)
            left_alone(context, tab, served)
            quick(context, tab, served)
            killed_kernel(tab, served)
            killed_browser(pw, browser, served)
            killed_server(tab, served)
            served.end()
            signals()
            with contextlib.suppress(Exception): chromium.close()
    finally: served.end()
    print(f"{len(wrong)} wrong, {time.monotonic() - begin:.0f} s")
    sys.exit(bool(wrong))


if __name__ == "__main__": main()
