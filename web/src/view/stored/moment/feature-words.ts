/** What the names of features stand for; see src/threat/features/. */
const words: Readonly<Record<string, string>> = {
  'count.mean': 'people at a time',
  'count.most': 'most people at a time',
  'count.deviation': 'people who come and go',
  'count.tracks': 'people in all',
  'pool.tilt90': 'some torso leans far',
  'pool.tilt75': 'torsos lean',
  'pool.tilted': 'how many lean',
  'pool.lying': 'how many lie',
  'pool.shape90': 'somebody is wider than tall',
  'person.tiltBusy': 'leans while moving',
  'person.tiltSpeedBusy': 'torso swings while moving',
  'person.tilt90': 'leans far',
  'person.tilt50': 'leans all the time',
  'person.tiltRange': 'torso swings far',
  'person.tiltSpeed': 'torso swings fast',
  'person.handsUp': 'hands up',
  'person.reach': 'arms stretched out',
  'person.spread': 'a wide stance',
  'person.crouch': 'crouches',
  'person.poseScore': 'joints seen clearly',
  'person.poseScoreLow': 'joints seen clearly in the worst frame',
  'person.detectionScore': 'seen clearly',
  'person.motionInside': 'moves',
  'person.motionInside90': 'moves fast at times',
  'person.motionMost': 'some part moves fast',
  'person.motionAround': 'motion around',
  'person.motionJump': 'starts and stops',
  'person.mostJump': 'some part starts and stops',
  'person.changeJump': 'changes by jerks',
  'person.changeInside': 'changes',
  'pair.near': 'distance at the nearest',
  'pair.distance': 'distance',
  'pair.overlap': 'one in front of the other',
  'pair.overlap90': 'one in front of the other at times',
  'pair.approach': 'close in or part fast',
  'pair.handNear': 'a hand near the other',
  'pair.together': 'stay together',
  'pair.limbs': 'limbs move fast',
  'pair.tilt': 'lean',
  'pair.motion': 'move fast',
  'pair.shape': 'change shape',
  'pair.bothBusy': 'both move fast',
  'pair.bothLimbs': 'both move their limbs fast',
  'pair.bothTilt': 'both lean',
  'pair.closeShare': 'how long two are close',
  'motion.moving': 'how much of the picture moves',
  'motion.fastest': 'fastest motion in the picture',
  'motion.fastest90': 'fastest motion at its peak',
  'motion.outside': 'motion beside people',
  'motion.disorder': 'motion in all directions',
  'motion.change': 'how much the picture changes',
  'motion.changeMost': 'the part that changes most',
  'motion.changeDeviation': 'how unevenly the picture changes',
  'motion.shake': 'the camera moves',
  'motion.contrast': 'contrast of the picture',
};

const of: Readonly<Record<string, string>> = {
  1: 'one person',
  2: 'a second person',
  mean: 'people on average',
  closest: 'the two who are closest',
  most: 'the two who do so most',
};

/** A feature as people call it; a name that is not known stays as it is. */
export function featureWords(feature: string): string {
  const whole = words[feature];
  if (whole !== undefined) return whole;
  const end = feature.lastIndexOf('.');
  const [what, who] = [words[feature.slice(0, end)], of[feature.slice(end + 1)]];
  return what === undefined || who === undefined ? feature : `${who}: ${what}`;
}
