// Reading aloud by the phone's own voices. Where there are none, nothing is offered.

export const CAN_SPEAK = "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;

// Speak instead of whatever is being said. The promise ends with the speech, however it ends.
export function speak(text, language) {
  if (!CAN_SPEAK || !text) return Promise.resolve();
  speechSynthesis.cancel();
  const said = new SpeechSynthesisUtterance(text);
  said.lang = language;
  // A little slower than a voice's own pace.
  said.rate = 0.9;
  const voice = speechSynthesis.getVoices().find((one) => one.localService && one.lang.startsWith(language.slice(0, 2)));
  if (voice) said.voice = voice;
  return new Promise((resolve) => {
    said.onend = resolve;
    said.onerror = resolve;
    speechSynthesis.speak(said);
  });
}

export function hush() {
  if (CAN_SPEAK) speechSynthesis.cancel();
}
