import { input, moment, presence, state, type TopicMeaning, type Topics } from "./topic-meaning.ts";

/** A topic that several of a camera's services may tell, each under its own name. */
function ofServices(topic: string, meaning: TopicMeaning): Topics {
  const services = ["AnalyticsService", "ImagingService", "RecordingService"];
  return { [topic]: meaning, ...Object.fromEntries(services.map((name) => [`${topic}/${name}`, meaning])) };
}

/** Topics of the standard, and those of Tapo, Reolink and Hikvision below them. */
export const ONVIF_TOPICS: Topics = {
  "RuleEngine/CellMotionDetector/Motion": state("intrusion.motion", "IsMotion", "State"),
  "RuleEngine/MotionRegionDetector/Motion": state("intrusion.motion", "State", "IsMotion"),
  "VideoSource/MotionAlarm": state("intrusion.motion", "State", "IsMotion"),
  "RuleEngine/LineDetector/Crossed": moment("intrusion.tripwire"),
  "RuleEngine/FieldDetector/ObjectsInside": state("intrusion.perimeter", "IsInside", "State"),
  "RuleEngine/LoiteringDetector/ObjectIsLoitering": presence("intrusion.loitering", "State", "IsLoitering"),
  "RuleEngine/FieldDetector/ObjectIsLoitering": state("intrusion.loitering", "Status", "State"),
  "RuleEngine/ObjectAbandoned": moment("order.abandoned_object"),
  "RuleEngine/ObjectRemoved": moment("theft.property"),
  "RuleEngine/Recognition/Face": moment("info.person_recognized"),
  "RuleEngine/Radiometry/TemperatureAlarm": state("fire.heat", "AlarmActive"),
  "RuleEngine/TamperDetector/Tamper": state("device.video_blind", "IsTamper", "State"),
  "AudioAnalytics/Audio/DetectedSound": state("order.noise", "IsSoundDetected", "State"),

  ...ofServices("VideoSource/SignalLoss", state("device.video_loss", "State")),
  ...ofServices("VideoSource/ImageTooBlurry", state("device.video_blind", "State")),
  ...ofServices("VideoSource/ImageTooDark", state("device.video_blind", "State")),
  ...ofServices("VideoSource/ImageTooBright", state("device.video_blind", "State")),
  ...ofServices("VideoSource/GlobalSceneChange", state("device.scene_change", "State")),

  "Device/Trigger/DigitalInput": input("LogicalState"),
  "Device/Trigger/AlarmIn": input("State"),
  // The second item of these is how Axis names it.
  "Device/HardwareFailure/FanFailure": state("device.fault", "Failed", "fan_failure"),
  "Device/HardwareFailure/StorageFailure": state("device.storage_fault", "Failed", "disruption"),
  "Device/HardwareFailure/PowerSupplyFailure": state("device.fault", "Failed"),
  "Device/HardwareFailure/TemperatureCritical": state("device.fault", "Critical"),
  "Device/Sensor/Temperature/High": moment("facility.high_temperature"),
  "Device/Sensor/Temperature/Low": moment("facility.freeze"),
  "Device/SecurityPolicy/AuthFailed": moment("device.fault"),
  "AccessPoint/State/Tampering": state("device.tamper", "Active", "State"),

  // Tapo; the same detections have other topics on other firmware.
  "RuleEngine/PeopleDetector/People": state("intrusion.person_detected", "IsPeople"),
  "RuleEngine/CellMotionDetector/People": state("intrusion.person_detected", "IsPeople"),
  "RuleEngine/LineCrossDetector/LineCross": state("intrusion.tripwire", "IsLineCross"),
  "RuleEngine/CellMotionDetector/LineCross": state("intrusion.tripwire", "IsLineCross"),
  "RuleEngine/IntrusionDetector/Intrusion": state("intrusion.perimeter", "IsIntrusion"),
  "RuleEngine/CellMotionDetector/Intrusion": state("intrusion.perimeter", "IsIntrusion"),
  "RuleEngine/CellMotionDetector/Tamper": state("device.video_blind", "IsTamper"),

  // Reolink.
  "RuleEngine/MyRuleDetector/PeopleDetect": state("intrusion.person_detected", "State"),
  "RuleEngine/MyRuleDetector/FaceDetect": state("intrusion.person_detected", "State"),
  "RuleEngine/MyRuleDetector/VehicleDetect": state("info.vehicle_detected", "State"),
};

/** Families of topics that only tell figures. */
export const TELEMETRY_FAMILIES: readonly string[] = [
  "Monitoring/ProcessorUsage",
  "Monitoring/OperatingTime",
  "Monitoring/AreaOfMotion",
  "Monitoring/Backup",
  "RuleEngine/CountAggregation",
];
