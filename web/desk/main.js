// Where the desk begins: signing in, or back from it.
import {el} from "../shared/dom.js";
import {slowTo} from "./calls.js";
import "./case.js";
import "./find.js";
import "./person.js";
import "./acts.js";
import "./holds.js";
import "./visits.js";
import "./statistics.js";
import "./imports.js";
import "./feeds.js";
import "./devices.js";
import "./ledger.js";
import {readDistricts} from "./districts.js";
import {desk, say} from "./state.js";
import {gateBy, signIn, signedIn, watchIdle} from "./signin.js";
import {build, button, closeGate, openGate, paragraphs, screen, show, tell} from "./view.js";

const STAFF = ["clerk", "auditor"];
const start = {fault: ""};

// Whoever is not signed in, or is nobody of the staff, sees this and nothing else.
screen("welcome", () => ({
  title: say("title"),
  content: [...paragraphs(say("welcome"), start.fault), button(say("signIn"), signIn, {kind: "primary", id: "sign-in"})],
  shown: () => document.getElementById("sign-in").focus(),
}));

async function begin() {
  slowTo(() => tell(say("slow")));
  gateBy(closeGate, openGate);
  build();
  let came = "";
  try {
    came = await signedIn();
  } catch (error) {
    start.fault = say("signInFailed");
  }
  if (came === "elsewhere") {
    document.body.textContent = say("youMayClose");
    return;
  }
  if (came === "here" && !desk.user.groups.some((one) => STAFF.includes(one))) {
    Object.assign(desk, {user: null, token: "", refresh: ""});
    start.fault = say("notStaff");
  }
  if (desk.user) {
    watchIdle();
    await readDistricts();
  }
  await show();
}

begin().catch(() => { document.querySelector("main").append(el("p", {}, say("faultUnknown"))); });
