// A file on its way to the server, byte for byte: the browser's fetch does not say how much of it has been sent.
import { ApiError, NetworkLost } from '../ui/api.ts';

/** A file of the largest kind over a slow line. */
const timeoutMs = 15 * 60_000;

/** `onSent`: 0 to 1. Throws ApiError for the server's refusals, NetworkLost when no answer came. */
export const sendFile = <Answer>(path: string, file: File, onSent: (part: number) => void): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.timeout = timeoutMs;
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('x-tongbao-csrf', '1');
    request.upload.onprogress = ({ loaded, total }) => onSent(total === 0 ? 1 : loaded / total);
    request.upload.onload = () => onSent(1);
    request.onerror = () => reject(new NetworkLost('no answer'));
    request.ontimeout = () => reject(new NetworkLost('no answer in time'));
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 200 && answer !== null) resolve(answer as Answer);
      else
        reject(
          new ApiError(
            (answer as { error?: ConstructorParameters<typeof ApiError>[0] } | null)?.error ?? {
              ...{ code: 'UNAVAILABLE', message: `the server answered ${request.status}` },
            },
          ),
        );
    };
    request.send(file);
  });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
