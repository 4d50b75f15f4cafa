/** A point on a plane, metres. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where something lies, degrees. */
interface Degrees {
  readonly latitude: number;
  readonly longitude: number;
}

/** Mean radius of the earth, metres. */
const RADIUS = 6_371_009;

/**
 * Places on a plane around their mean latitude (equirectangular). Across a city of 100 km distances are
 * right to about a percent.
 */
export function onPlane(places: readonly Degrees[]): readonly Point[] {
  const mean = places.reduce((sum, { latitude }) => sum + latitude, 0) / Math.max(1, places.length);
  const shrunk = Math.cos(radians(mean));
  return places.map(({ latitude, longitude }) => ({
    x: RADIUS * shrunk * radians(longitude),
    y: RADIUS * radians(latitude),
  }));
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Points that are looked at as one, at their middle. */
export interface Cell extends Point {
  /** Indices of its points. */
  readonly members: readonly number[];
}

const FIRST_CELL_METRES = 250;

/**
 * The points as at most `most` cells: each on its own if they are so few, else by the smallest squares of
 * 250 m, 500 m, 1 km, … that suffice.
 */
export function cellsOf(points: readonly Point[], most: number): readonly Cell[] {
  let cells = points.map((point, index): Cell => ({ ...point, members: [index] }));
  for (let side = FIRST_CELL_METRES; cells.length > most; side *= 2) {
    const squares = new Map<string, number[]>();
    for (const [index, { x, y }] of points.entries()) {
      const square = `${Math.floor(x / side)} ${Math.floor(y / side)}`;
      squares.set(square, [...(squares.get(square) ?? []), index]);
    }
    cells = [...squares.values()].map((members) => ({
      x: members.reduce((sum, index) => sum + (points[index]?.x ?? 0), 0) / members.length,
      y: members.reduce((sum, index) => sum + (points[index]?.y ?? 0), 0) / members.length,
      members,
    }));
  }
  return cells;
}
