// What lifecert-verify does, in the reader's own browser: WebCrypto and the published keys, nothing else.
import {genuineClaims} from "../shared/statement.js";

// "genuine", "forged" when the statement is not, or says another thing than the page, "unchecked" without the keys.
async function judge(statement, shown, fetchKeys) {
  let keySet;
  try {
    keySet = await fetchKeys();
    if (!crypto.subtle || !Array.isArray(keySet.keys)) return "unchecked";
  } catch (error) {
    return "unchecked";
  }
  try {
    const claims = await genuineClaims(statement, keySet);
    return shown.every(([name, value]) => String(claims[name]) === value) ? "genuine" : "forged";
  } catch (error) {
    return "forged";
  }
}

async function checkThisPage() {
  const result = document.getElementById("check");
  if (!result) return;
  const shown = [...document.querySelectorAll("[data-claim]")].map((one) => [one.dataset.claim, one.dataset.value]);
  const keys = async () => (await fetch("../.well-known/jwks.json", {credentials: "omit"})).json();
  const judged = await judge(result.dataset.statement, shown, keys);
  result.textContent = result.dataset[judged];
  result.dataset.result = judged;
}

if (typeof document !== "undefined") checkThisPage();
