import { dirname, join } from "node:path/posix";
import { ambient, purePackages, type Room, worldly } from "./floor-plan.ts";
import { type Import, parseImports, stripComments, toLine } from "./source.ts";

/** A file of the house: its path from the top of the repository, and what is in it. */
export type SourceFile = { readonly path: string; readonly text: string };

type Plan = Readonly<Record<string, Room>>;

/** Everything that is not as the floor plan says, each with what to do instead. */
export function inspectHouse(files: readonly SourceFile[], plan: Plan): string[] {
  const inRooms = files.filter(({ path }) => path.startsWith("src/") && path.endsWith(".ts"));
  return [
    ...inRooms.flatMap((file) => inspectRoomOf(file, plan)),
    ...inRooms.flatMap((file) => parseImports(file.text).flatMap((each) => inspectImport(file, each, plan))),
    ...inRooms.flatMap(inspectAmbient),
    ...inRooms.flatMap(inspectStores),
    ...inRooms.filter(({ path }) => path.endsWith("/index.ts")).flatMap(inspectDoor),
    ...inspectMissingDoors(inRooms),
    ...findCycles(toRoomGraph(inRooms)).map(
      (cycle) =>
        `src: the rooms ${cycle.join(" → ")} go in a circle: move what both need to a room below them`,
    ),
  ];
}

/** The room a path of `src/` lies in; a file at the top is a room of its own. */
export function toRoom(path: string): string {
  return (path.split("/")[1] ?? "").replace(/\.ts$/, "");
}

function inspectRoomOf({ path }: SourceFile, plan: Plan): string[] {
  const room = toRoom(path);
  if (plan[room] !== undefined) return [];
  return [
    `${path}: the room ${room} is not on the floor plan: add it there and to src/README.md, or move in`,
  ];
}

function inspectImport(file: SourceFile, each: Import, plan: Plan): string[] {
  const where = `${file.path}:${each.line}`;
  if (!each.target.startsWith(".")) return inspectPackage(file, each, plan);
  const target = join(dirname(file.path), each.target);
  if (!target.startsWith("src/")) {
    if (target === "package.json" || target.startsWith("schemas/")) return [];
    return [`${where} imports ${target}: what is outside of src is not there in the bundle; move it in`];
  }
  const from = toRoom(file.path);
  const to = toRoom(target);
  if (from === to || plan[from] === undefined) return [];
  const found: string[] = [];
  if (target !== `src/${to}/index.ts`) {
    const door = `src/${to}/index.ts`;
    found.push(`${where} imports ${target}: enter by its door, ${door}, and offer there what is missing`);
  }
  if (!isOpen(plan[from], to, each.kind)) {
    const what = each.kind === "type" ? "types of" : each.kind === "load" ? "(dynamically)" : "";
    found.push(`${where} imports ${what} the room ${to}, which ${from} may not: ${plan[from].instead}`);
  }
  if (plan[from].isPure === true && to === "time" && /\bClock\b/.test(each.names)) {
    found.push(`${where} takes a Clock: ${from} never asks for the time; take the instant as an argument`);
  }
  return found;
}

function isOpen(room: Room, to: string, kind: Import["kind"]): boolean {
  if (room.mayImport.includes(to)) return true;
  if (kind === "type") return room.mayImportTypes?.includes(to) === true;
  return kind === "load" && room.mayLoad?.includes(to) === true;
}

function inspectPackage(file: SourceFile, { target, kind, line }: Import, plan: Plan): string[] {
  if (kind === "type") return [];
  const room = toRoom(file.path);
  const found: string[] = [];
  if (plan[room]?.isPure === true && !purePackages.includes(target)) {
    found.push(`${file.path}:${line} imports ${target}: ${room} is pure; take the value as an argument`);
  }
  for (const { packages, files, rooms, instead } of worldly) {
    if (!packages.test(target) || rooms.includes(room) || files.test(file.path)) continue;
    found.push(`${file.path}:${line} imports ${target}: ${instead}`);
  }
  return found;
}

function inspectAmbient({ path, text }: SourceFile): string[] {
  const code = stripComments(text);
  return ambient.flatMap(({ pattern, files, instead }) =>
    files.test(path)
      ? []
      : [...code.matchAll(new RegExp(pattern, "g"))].map(
          (match) => `${path}:${toLine(code, match.index)} uses ${match[0]}: ${instead}`,
        ),
  );
}

/** A file's name says whether it touches SQLite. */
function inspectStores({ path, text }: SourceFile): string[] {
  const code = stripComments(text);
  const found: string[] = [];
  const isStore = path.endsWith("-store.ts");
  const asksDatabase = /\.prepare\(|\.connection\b|\.pragma\(/.test(code);
  if (asksDatabase && !isStore && toRoom(path) !== "database") {
    found.push(`${path} asks the database: put the statement into a file named *-store.ts`);
  }
  if (isStore && !asksDatabase) found.push(`${path} asks no database: give it another name`);
  if (path.endsWith(".table.ts") && !/\bsqliteTable\(/.test(code)) {
    found.push(`${path} defines no table: give it another name`);
  }
  return found;
}

/** Each door opens with what the room takes, gives and never does. */
function inspectDoor({ path, text }: SourceFile): string[] {
  if (path.split("/").length !== 3) return [];
  const comment = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? "";
  const missing = ["Takes:", "Gives:", "Never:"].filter((word) => !comment.includes(word));
  return missing.length === 0
    ? []
    : [`${path} does not open with ${missing.join(" ")}: say it in its first comment`];
}

function inspectMissingDoors(files: readonly SourceFile[]): string[] {
  const inFolders = files.filter(({ path }) => path.split("/").length > 2).map(({ path }) => toRoom(path));
  const withDoor = new Set(
    files.filter(({ path }) => /^src\/[^/]+\/index\.ts$/.test(path)).map(({ path }) => toRoom(path)),
  );
  return [...new Set(inFolders)]
    .filter((room) => !withDoor.has(room))
    .map(
      (room) =>
        `src/${room} has no door: add an index.ts that says Takes, Gives, Never and exports what others use`,
    );
}

function toRoomGraph(files: readonly SourceFile[]): ReadonlyMap<string, ReadonlySet<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    const room = toRoom(path);
    const reached = graph.get(room) ?? new Set<string>();
    graph.set(room, reached);
    for (const { target } of parseImports(text)) {
      const to = target.startsWith(".") ? join(dirname(path), target) : "";
      if (to.startsWith("src/") && toRoom(to) !== room) reached.add(toRoom(to));
    }
  }
  return graph;
}

/** Each circle once, from its first room in the alphabet on. */
export function findCycles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const cycles = new Map<string, string[]>();
  const walk = (start: string, path: readonly string[]): void => {
    for (const next of graph.get(path.at(-1) ?? start) ?? []) {
      if (next === start) cycles.set(path.join(), [...path, start]);
      else if (next > start && !path.includes(next)) walk(start, [...path, next]);
    }
  };
  for (const room of graph.keys()) walk(room, [room]);
  return [...cycles.values()];
}
