/** A model behind an HTTP address. Plain data: it travels between processes. */
export interface RemoteModel {
  /** Of the model itself: `https://host/v2/models/<name>`, or where pictures are sent. */
  url: string;
  /**
   * `kserve`: the Open Inference Protocol (KServe v2), our own pre- and post-processing; `jpeg`: the picture is posted
   * as it is and detections come back. Left out: `kserve` where the address says /v2/models/.
   */
  kind?: 'kserve' | 'jpeg';
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /** For `kserve`: a built-in model or the path of a manifest. Left out: the built-in model of the same name. */
  manifest?: string;
  /** Requests under way at once. */
  requests?: number;
  /** How long one request may take. */
  timeoutMs?: number;
}

const modelPath = /\/v2\/models\/([^/]+)(?:\/versions\/[^/]+)?\/?$/;

/** Whether a detector's `model` means a server rather than a file or a name. */
export function isRemoteModel(model: string): boolean {
  return /^https?:\/\//i.test(model);
}

/** The protocol that is meant, by the address where nothing else says so. */
export function kindOf({ url, kind }: RemoteModel): 'kserve' | 'jpeg' {
  return kind ?? (modelPath.test(pathOf(url)) ? 'kserve' : 'jpeg');
}

/** The model's name within a KServe address; undefined when the address has none. */
export function modelNameOf(url: string): string | undefined {
  const name = modelPath.exec(pathOf(url))?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}

function pathOf(url: string): string {
  return URL.parse(url)?.pathname ?? '';
}
