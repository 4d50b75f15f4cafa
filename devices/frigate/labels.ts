/** What Frigate's object labels mean; labels that are not here have no code. */
const OBJECTS = {
  person: "intrusion.person_detected",
  car: "info.vehicle_detected",
  truck: "info.vehicle_detected",
  bus: "info.vehicle_detected",
  motorcycle: "info.vehicle_detected",
  bicycle: "info.vehicle_detected",
  dog: "order.dog_offleash",
  fire: "fire.flame",
  smoke: "fire.smoke",
};

/** What its audio types mean. Speech is left out: that somebody talks is nobody's business. */
export const SOUNDS = {
  fire_alarm: "fire.alarm",
  smoke_detector: "fire.alarm",
  scream: "order.noise",
  yell: "order.noise",
  crying: "order.noise",
  bark: "order.noise",
  glass: "order.noise",
  explosion: "order.noise",
  gunshot: "order.noise",
};

/** Labels of objects and sounds; a review adds `-verified` to an object with a recognised sub-label. */
export const LABELS: Readonly<Record<string, string>> = Object.freeze({
  ...OBJECTS,
  ...SOUNDS,
  ...Object.fromEntries(Object.entries(OBJECTS).map(([label, code]) => [`${label}-verified`, code])),
});
