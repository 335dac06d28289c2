// Where a payer's feed stands, for auditors; payers' programs ask for their own.
import {el} from "../shared/dom.js";
import {ask} from "./calls.js";
import {form} from "./forms.js";
import {momentInWords, say} from "./state.js";
import {facts, open, screen, section} from "./view.js";

screen("feeds", async (payer = "") => {
  const feed = payer ? await ask("GET", `staff/feeds/${encodeURIComponent(payer)}`) : null;
  const file = feed && feed.newest_file;
  const whole = feed && feed.newest_snapshot;
  return {
    title: say("place_feeds"),
    content: [
      form("feed-of", [{id: "payer", label: say("payerCode"), required: true, value: payer || "fund"}], say("show"), async (values) => () => open("feeds", values.payer), {kind: "plain"}),
      feed ? el("p", {class: "lead"}, say("feedWaits", {n: feed.more_waiting ? say("atLeast", {n: feed.events_waiting}) : feed.events_waiting})) : null,
      feed ? section(say("feedFile"), file ? facts([
        [say("feedNumber"), String(file.number)], [say("factWhen"), momentInWords(file.written_at)], [say("feedLines"), String(file.lines)],
        [say("feedSequence"), `${file.first_sequence} - ${file.last_sequence}`], ["SHA-256", el("code", {}, file.sha256)],
      ]) : el("p", {}, say("feedNoFile"))) : null,
      feed ? section(say("feedSnapshot"), whole ? facts([
        [say("feedNumber"), String(whole.number)], [say("factWhen"), momentInWords(whole.written_at)], [say("feedBenefits"), String(whole.benefits)], [say("feedSequence"), String(whole.sequence)],
      ]) : el("p", {}, say("feedNoSnapshot"))) : null,
    ],
  };
});
