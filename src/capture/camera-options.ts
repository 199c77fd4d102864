import type { MotionGateSettings } from './motion/motion-gate.ts';

/** One camera as `startCapture` takes it; plain data. */
export interface CameraOptions {
  /** Unique; see `cameraIdPattern`. */
  id: string;
  /** What `parseSource` understands; may hold a password. */
  source: string;
  /** Wanted frames per second; a slower source gives all it has. */
  fps: number;
  /** Wanted width in pixels; a narrower picture is never made larger. */
  width: number;
  /** JPEG quality, 1..100. */
  quality: number;
  rtspTransport: 'tcp' | 'udp';
  /** A live source that sends nothing for so long is opened again; 10 s by default. */
  silenceMs?: number;
  /** Begin again when a file or folder is through; frame numbers and stream time go on. */
  loop?: boolean;
  /** Frames in which nothing moves are published as such, so that no model need look; left out: nobody asks. */
  motionGate?: Partial<MotionGateSettings>;
  /** Shown with the camera, for example the credit of the footage. */
  note?: string;
}
