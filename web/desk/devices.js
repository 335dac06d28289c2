// Kiosks, and tablets of villages: registered by the number that the device itself shows, and revoked for good.
import {el} from "../shared/dom.js";
import {ask, askAll} from "./calls.js";
import {placed} from "./districts.js";
import {form, optionsOf, table} from "./forms.js";
import {can, dayInWords, say, today, word} from "./state.js";
import {again, facts, link, open, screen, section, tell} from "./view.js";

const CHANNELS = ["kiosk", "registered_device"];
// What the phone page shows at #device: the thumbprint of a key (RFC 7638), and the district that the device signs.
const NUMBER = /^[A-Za-z0-9_-]{43}\.\d{6}$/;
const NAME = /^[^\s<>{}:@][^<>{}:@]{0,58}[^\s<>{}:@]$/;

const registering = () => form("device", [
  {id: "device_id", label: say("deviceNumber"), hint: say("deviceNumberHint"), required: true, check: (text) => (NUMBER.test(text) ? "" : say("deviceNumberWrong"))},
  {id: "channel", label: say("deviceIs"), kind: "radio", required: true, options: optionsOf("deviceIs", CHANNELS, word)},
  {id: "name", label: say("devicePlace"), hint: say("devicePlaceHint"), required: true, check: (text) => (NAME.test(text) ? "" : say("devicePlaceWrong"))},
  {id: "ends_on", label: say("deviceEnd"), hint: say("deviceEndHint"), kind: "date", required: true, min: today(), check: (day) => (day > today() ? "" : say("deviceEndWrong"))},
], say("deviceRegister"), async (values) => {
  await ask("POST", "staff/devices", values);
  return () => {
    tell(say("deviceRegistered"));
    return again();
  };
});

screen("devices", async () => {
  const {items} = await askAll("staff/devices", "devices");
  const rows = items.map((one) => [
    one.name, word("deviceIs", one.channel), placed(one.district), dayInWords(one.ends_on), say(one.in_force ? "deviceCounts" : "deviceOver"), el("code", {}, one.device_id),
    can("clerk") ? link(say("deviceRevoke"), "revoke", one.device_id) : "",
  ]);
  return {
    title: say("place_devices"),
    content: [
      el("p", {}, say("devicesText")),
      table(say("place_devices"), [say("devicePlace"), say("deviceIs"), say("district"), say("deviceEnd"), say("deviceNow"), say("deviceNumber"), say("colDo")], rows, say("devicesNone")),
      can("clerk") ? section(say("deviceRegister"), registering()) : null,
    ],
  };
});

screen("revoke", async (id = "") => {
  const {items} = await askAll("staff/devices", "devices");
  const one = items.find((device) => device.device_id === id);
  return {
    title: say("deviceRevokeTitle"),
    content: one ? [
      facts([[say("devicePlace"), one.name], [say("deviceIs"), word("deviceIs", one.channel)], [say("district"), placed(one.district)], [say("deviceNumber"), el("code", {}, id)]]),
      el("p", {class: "note"}, say("deviceRevokeText")),
      form("revoke", [], say("deviceRevoke"), async () => {
        await ask("POST", `staff/devices/${id}/revocation`);
        return () => open("devices");
      }, {kind: "danger"}),
      el("p", {}, link(say("deviceKeep"), "devices")),
    ] : [el("p", {}, say("deviceGone")), el("p", {}, link(say("place_devices"), "devices"))],
  };
});
