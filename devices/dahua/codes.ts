/** Codes that begin with `Start` and end with `Stop`, or come as one `Pulse`. */
export const CODES = {
  CrossLineDetection: "intrusion.tripwire",
  CrossRegionDetection: "intrusion.perimeter",
  WanderDetection: "intrusion.loitering",
  VideoMotion: "intrusion.motion",
  MoveDetection: "intrusion.motion",
  SmartMotionHuman: "intrusion.person_detected",
  SmartMotionVehicle: "info.vehicle_detected",
  VideoLoss: "device.video_loss",
  VideoBlind: "device.video_blind",
  VideoUnFocus: "device.video_blind",
  VideoAbnormalDetection: "device.scene_change",
  LeftDetection: "order.abandoned_object",
  TakenAwayDetection: "theft.property",
  ParkingDetection: "order.illegal_parking",
  RioterDetection: "order.crowd",
  AudioMutation: "order.noise",
  AudioAnomaly: "order.noise",
  BreakIn: "access.forced_open",
  DoorNotClosed: "access.held_open",
  Duress: "access.duress",
  ChassisIntruded: "device.tamper",
} as const;

/** What a device tells of itself and of calls in progress: no security event. */
export const TELEMETRY = [
  "APConnect",
  "BackLightOff",
  "BackLightOn",
  "IgnoreInvite",
  "KeepLightOn",
  "MDResult",
  "NTPAdjustTime",
  "NetworkChange",
  "PassiveHangup",
  "PassiveHungup",
  "Reboot",
  "RequestCallState",
  "RtspSessionDisconnect",
  "SIPRegisterResult",
  "TimeChange",
  "Upgrade",
] as const;

/** What only adds to an event that the same device tells with another code. */
export const ENRICHMENT = ["AccessSnap", "CallSnap", "Invite", "NewFile", "UpdateFile"] as const;

/** How a door was opened (`Method` of AccessControl); combinations of several are "other". */
export const METHODS = {
  0: "password",
  1: "card",
  2: "card_and_password",
  3: "card_and_password",
  4: "remote",
  5: "exit_button",
  6: "fingerprint",
  11: "several_persons",
  12: "key",
  13: "duress_password",
  14: "qr_code",
  15: "face",
  17: "id_card",
  18: "id_card_and_face",
  19: "bluetooth",
  42: "telephone",
  43: "qr_code_remote",
  44: "face_remote",
  46: "temporary_password",
} as const;
