/** What can be asked; each has a topic of requests and a consumer group of those that answer. */
export const askTasks = ['identify-object', 'identify-face', 'read-pose'] as const;
export type AskTask = (typeof askTasks)[number];

export function isAskTask(text: string): text is AskTask {
  return askTasks.some((task) => task === text);
}

export function requestTopic(task: AskTask): string {
  return `requests.${task}`;
}

/** The group of the workers that answer a task: each request goes to one of them. */
export function answerGroup(task: AskTask): string {
  return `answer-${task}`;
}
