import { existsSync, readFileSync, realpathSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../failure/index.ts";

/** What the system says of the place a file lies in, or is to lie in. */
export type FileSystemFacts = {
  /** The file, or the nearest folder above it that is there, without links. */
  readonly realPath: string;
  /** The number statfs gives a file system by. */
  readonly type: number | bigint;
  /** The text of `/proc/self/mountinfo`; null where there is none. */
  readonly mounts: string | null;
};

export type FileSystemOptions = {
  /** Whether a network file system is fine with whoever asks. */
  readonly allowsNetworkFileSystem?: boolean;
};

/** By the number of statfs. Shared disks of a cluster are among them: their locks go over the network. */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x564c, "NCP"],
  [0x0bd00bd0, "Lustre"],
  [0x00c36400, "Ceph"],
  [0x01021997, "9p"],
  [0x47504653, "GPFS"],
  [0x19830326, "BeeGFS"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x73757245, "Coda"],
  [0x7461636f, "OCFS2"],
  [0x01161970, "GFS2"],
  [0xaad7aaea, "PanFS"],
  [0x013111a8, "IBRIX"],
  [0x786f4256, "a VirtualBox shared folder"],
  [0xbacbacbc, "a VMware shared folder"],
  [0x7c7c6673, "a Parallels shared folder"],
]);

const fuseType = 0x65735546;

/** FUSE says what it is in the table of mounts alone, as `fuse.sshfs`. */
const networkFuse = new RegExp(
  `^(${[
    "sshfs|glusterfs|ceph|beegfs|orangefs|moosefs|mfs|lizardfs|seaweedfs|weed|juicefs|alluxio|hdfs|cvmfs",
    "s3|mount-s3|mountpoint-s3|goofys|geesefs|tigrisfs|rclone|gcsfuse|blobfuse",
    "dav|curlftpfs|gvfs|smb|nfs|cifs|afs",
  ].join("|")})`,
);

/** Their sources are lists of folders, which look like a machine's. */
const localFuse = /^(fuse-overlayfs|mergerfs|unionfs|bindfs)/;

/** A source that names another machine: `host:/path`, `user@host:`, `remote:bucket`, `https://…`. */
const remoteSource = /^[\w.@-]+:|:\/\//;

/**
 * The network file system that the facts tell of; null for a local one, and for one that we do not know.
 * SQLite's write-ahead log takes memory that all its users share, which machines do not.
 */
export function decideNetworkFileSystem({ realPath, type, mounts }: FileSystemFacts): string | null {
  const number = Number(BigInt.asUintN(32, BigInt(type)));
  const known = networkTypes.get(number);
  if (known !== undefined) return known;
  if (number !== fuseType || mounts === null) return null;
  const mount = findMount(realPath, mounts);
  if (mount === null) return null;
  const kind = /^fuse\.(.+)$/.exec(mount.type)?.[1] ?? "";
  if (networkFuse.test(kind)) return kind;
  if (!mount.type.startsWith("fuse") || localFuse.test(kind)) return null;
  // The source itself may hold a password.
  return remoteSource.test(mount.source) ? mount.type : null;
}

/** Of all mounts that a path lies in, the one it is read from. */
function findMount(realPath: string, mounts: string) {
  let found: { readonly point: string; readonly type: string; readonly source: string } | null = null;
  for (const line of mounts.split("\n")) {
    const [place = "", kind = ""] = line.split(" - ");
    const point = unescapeMount(place.split(" ")[4] ?? "");
    const [type = "", source = ""] = kind.split(" ");
    if (point === "" || type === "") continue;
    const isAbove = point === "/" || realPath === point || realPath.startsWith(`${point}/`);
    // What is mounted later hides what was there: it comes later in the table, too.
    if (isAbove && point.length >= (found?.point.length ?? 0)) {
      found = { point, type, source: unescapeMount(source) };
    }
  }
  return found;
}

function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The network file system a path lies in, whether the file is there yet or not; null for none we know of. */
export function findNetworkFileSystem(path: string): string | null {
  if (process.platform !== "linux") return null;
  try {
    return decideNetworkFileSystem(loadFacts(path));
  } catch {
    // Whatever keeps us from looking says so itself once the file is opened.
    return null;
  }
}

/** Throws a `Failure` of kind `usage` where a database at this path would lie in a network file system. */
export function assertLocal(path: string, { allowsNetworkFileSystem = false }: FileSystemOptions): void {
  if (allowsNetworkFileSystem) return;
  const network = findNetworkFileSystem(path);
  if (network !== null) throw new Failure("usage", toNetworkRefusal(path, network));
}

export function toNetworkRefusal(path: string, network: string): string {
  return (
    `${dirname(path)} lies on a network file system (${network}), where SQLite may lose or corrupt the ` +
    "database: keep it on a local disk or on block storage (ReadWriteOnce), and let others read the " +
    "export; METER_SYNC_ALLOW_NETWORK_FS=on uses it all the same (allowsNetworkFileSystem where a program " +
    "opens it)"
  );
}

function loadFacts(path: string): FileSystemFacts {
  let nearest = path;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  const realPath = realpathSync(nearest);
  const mountsPath = "/proc/self/mountinfo";
  return {
    realPath,
    type: statfsSync(realPath, { bigint: true }).type,
    mounts: existsSync(mountsPath) ? readFileSync(mountsPath, "utf8") : null,
  };
}
