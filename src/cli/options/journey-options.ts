import { type Command, Option } from 'commander';
import { fault } from '../../base/errors.ts';
import { parseHostPort } from '../../base/units.ts';
import { type StepName, stepNames } from '../../detect/steps/step-names.ts';
import { type DeliveryKind, deliveries } from '../../stage/delivery.ts';
import { defaults } from '../config/defaults.ts';
import type { FlushPolicy, ListenAddress, Transport } from '../config/journey-config.ts';
import { collect, list, number, value } from './option-values.ts';

/** What the command line may say about the journey; wins over `vigil.yml`. */
export interface JourneyOptions {
  data?: string;
  brokers?: string[];
  listen?: ListenAddress;
  metrics?: ListenAddress;
  http?: ListenAddress;
  flush?: FlushPolicy;
  camera?: string[];
  fps?: number;
  width?: number;
  transport?: Transport;
  loop?: boolean;
  model?: string;
  steps?: StepName[];
  workers?: 'auto' | number;
  delivery?: DeliveryKind;
}

const address = value('an address host:port', (text) => parseHostPort(text));
const brokerList = value('addresses host:port, separated by commas', (text) =>
  list(text).map((each) => {
    const { host, port } = parseHostPort(each);
    return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  }),
);

const steps = value(`steps of ${stepNames.join(', ')}`, (text) => list(text).map(toStep));

function toStep(text: string): StepName {
  const step = stepNames.find((name) => name === text);
  if (step) return step;
  throw fault('USAGE', `--steps: there is no step "${text}"`);
}

export function brokersOption(): Option {
  const description = `another Kafka instead of the embedded broker (host:port,…)`;
  return new Option('--brokers <addresses>', description).argParser(brokerList);
}

export function dataOption(): Option {
  return new Option('--data <dir>', `where Vigil keeps everything (default: ${defaults.data})`);
}

export function listenOption(): Option {
  const description = `address of the embedded broker (default: ${defaults.brokerListen})`;
  return new Option('--listen <host:port>', description).argParser(address);
}

export function metricsOption(): Option {
  const description = 'address on which the embedded broker answers GET /metrics for Prometheus (default: none)';
  return new Option('--metrics <host:port>', description).argParser(address);
}

export function flushOption(): Option {
  const description = `when the embedded broker flushes to the disk (default: ${defaults.flush})`;
  return new Option('--flush <policy>', description).choices(['commit', 'interval', 'never']);
}

/** The options that all parts of the journey share. */
export function addCommonOptions(command: Command): Command {
  return command
    .addOption(dataOption())
    .addOption(brokersOption())
    .addOption(listenOption())
    .addOption(
      new Option('--http <host:port>', `address of the page (default: ${defaults.httpListen})`).argParser(address),
    );
}

export function addCameraOptions(command: Command): Command {
  const { fps, width, transport } = defaults.capture;
  return command
    .addOption(
      new Option(
        '--camera <source>',
        'a camera: rtsp://…, http://…, a file, a folder, /dev/video0 or testsrc; id=source names it; repeat for more (takes the place of those in vigil.yml)',
      ).argParser(collect),
    )
    .addOption(
      new Option('--fps <number>', `wanted frames per second (default: ${fps})`).argParser(
        number({ above: 0, most: 240 }),
      ),
    )
    .addOption(
      new Option('--width <pixels>', `greatest width of a picture (default: ${width})`).argParser(
        number({ least: 16, most: 7680, whole: true }),
      ),
    )
    .addOption(new Option('--transport <kind>', `for RTSP (default: ${transport})`).choices(['tcp', 'udp']))
    .addOption(new Option('--loop', 'start files and folders again when they are through'));
}

export function addDetectorOptions(command: Command): Command {
  const { model, workers, delivery } = defaults.detector;
  const count = number({ least: 1, most: 256, whole: true });
  return command
    .addOption(
      new Option(
        '--model <name>',
        `model of the detector: a name, the path of an ONNX file, the address of a server, or delay:<duration> (default: ${model})`,
      ),
    )
    .addOption(
      new Option(
        '--steps <names>',
        `what looks at each frame after the model, separated by commas: ${stepNames.join(', ')}`,
      ).argParser(steps),
    )
    .addOption(
      new Option('--workers <count>', `inference workers on this machine (default: ${workers})`).argParser((text) =>
        text === 'auto' ? text : count(text),
      ),
    )
    .addOption(
      new Option('--delivery <promise>', `how results reach the log (default: ${delivery})`).choices(deliveries),
    );
}
