// Taking back the consent to the use of the face by the letter, and undoing that.
import {call} from "../shared/api.js";
import {begun} from "./person.js";
import {PICTURES} from "./pictures.js";
import {forget, say, state} from "./state.js";
import {dropFrames} from "./upload.js";
import {button, go, paragraphs, screen, tell} from "./view.js";

function byLetter(path) {
  return call("POST", path, {body: {code: state.code}, language: state.language});
}

screen("withdraw", () => ({
  title: say("withdraw"),
  content: [
    PICTURES.letter(), ...paragraphs(say("withdrawText"), say("withdrawPension")),
    button(say("withdrawNot"), () => history.state && go(history.state.screen, undefined, {replace: true}), {kind: "primary", id: "keep"}),
    button(say("withdrawYes"), async () => {
      await byLetter("invitations/consent-withdrawal");
      forget();
      dropFrames();
      go("withdrawn", undefined, {transient: true});
    }, {id: "withdraw-yes"}),
  ],
}));

screen("withdrawn", () => ({
  title: say("withdrawn"),
  content: [PICTURES.letter(), ...paragraphs(say("withdrawnText"), say("withdrawPension")), undo()],
}));

// What a withdrawal is undone by, as long as the faces are there; afterwards the API says what to do.
export function undo() {
  return button(say("undo"), async () => {
    await byLetter("invitations/consent-withdrawal/undo");
    await begun();
    tell(say("undone"));
  }, {id: "undo"});
}
