/** What the names of features stand for; see src/threat/features/. The first that fits counts. */
const words: readonly (readonly [RegExp, string])[] = [
  [/^count\.tracks/, 'people in all'],
  [/^count/, 'people at a time'],
  [/^pool\.lying/, 'somebody lies'],
  [/^pool\.tilt|tilt(50|90)$/, 'leaning torsos'],
  [/^pool\.shape/, 'wide boxes'],
  [/tiltBusy/, 'leaning while moving'],
  [/tiltSpeed/, 'torsos swing fast'],
  [/tiltRange/, 'torsos swing far'],
  [/handsUp/, 'hands up'],
  [/reach/, 'arms stretched out'],
  [/spread/, 'a wide stance'],
  [/crouch/, 'crouching'],
  [/poseScore/, 'joints seen clearly'],
  [/detectionScore/, 'people seen clearly'],
  [/motionAround/, 'motion around people'],
  [/^person\.(motionJump|mostJump|changeJump)/, 'motion that starts and stops'],
  [/^person\.(motion|change)/, 'motion inside boxes'],
  [/^pair\.(near|distance|handNear|closeShare)/, 'how close two are'],
  [/^pair\.overlap/, 'one in front of another'],
  [/^pair\.approach/, 'two who close in or part'],
  [/^pair\.together/, 'two who stay together'],
  [/^pair\.(limbs|bothLimbs)/, 'limbs of two who are close'],
  [/^pair\.(tilt|bothTilt)/, 'two lean towards each other'],
  [/^pair\.(motion|bothBusy)/, 'motion of two who are close'],
  [/^pair\.shape/, 'shapes of two who are close'],
  [/^motion\.disorder/, 'motion in all directions'],
  [/^motion\.outside/, 'motion beside people'],
  [/^motion\.shake/, 'the camera moves'],
  [/^motion\.contrast/, 'contrast of the picture'],
  [/^motion\.moving/, 'how much of the picture moves'],
  [/^motion\.fastest/, 'fastest motion in the picture'],
  [/^motion\.change/, 'how much the picture changes'],
  [/^motion/, 'motion in the picture'],
];

/** A feature as people call it; a name that is not known stays as it is. */
export function featureWords(feature: string): string {
  const plain = feature.replace(/\.(1|2|mean|closest|most)$/, '');
  return words.find(([pattern]) => pattern.test(plain))?.[1] ?? feature;
}
