import { useEffect, useState } from 'preact/hooks';
import type { PictureWall } from '../picture/picture-wall.ts';

/** Whether joints are drawn over people; there once some detector reads them. */
export function JointsToggle({ wall }: { wall: PictureWall }) {
  const [, setTold] = useState(0);
  useEffect(() => wall.subscribe(() => setTold((times) => times + 1)), [wall]);
  if (!wall.hasJoints) return null;
  return (
    <label class="joints-toggle">
      <input
        type="checkbox"
        checked={wall.showsJoints}
        onChange={({ currentTarget }) => wall.showJoints(currentTarget.checked)}
      />
      Joints
    </label>
  );
}
