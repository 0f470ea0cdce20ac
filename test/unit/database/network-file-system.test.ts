import { describe, expect, it } from "vitest";
import { decideNetworkFileSystem, toNetworkRefusal } from "../../../src/database/index.ts";

const fuse = 0x65735546;

/** The mounts of a machine, in the order they were made; `last` come last. */
function toMounts(...last: readonly string[]): string {
  return [
    "22 27 0:20 / /proc rw,nosuid shared:5 - proc proc rw",
    "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
    "31 27 0:27 / /srv rw shared:9 master:3 - xfs /dev/vdb rw",
    ...last,
    "",
  ].join("\n");
}

describe("a file system that statfs names", () => {
  it.each([
    ["NFS", 0x6969],
    ["CIFS", 0xff534d42],
    ["SMB", 0xfe534d42],
    ["Ceph", 0x00c36400],
    ["Lustre", 0x0bd00bd0],
    ["9p", 0x01021997],
    ["GPFS", 0x47504653],
    ["BeeGFS", 0x19830326],
    ["AFS", 0x5346414f],
    ["OCFS2", 0x7461636f],
  ])("is a network file system where that is %s", (name, type) => {
    const place = { realPath: "/srv/data", mounts: toMounts() };
    expect(decideNetworkFileSystem({ ...place, type })).toBe(name);
    // A number of 32 bits may come with its sign, or with that carried on.
    expect(decideNetworkFileSystem({ ...place, type: type | 0 })).toBe(name);
    expect(decideNetworkFileSystem({ ...place, type: BigInt.asUintN(64, BigInt(type | 0)) })).toBe(name);
    expect(decideNetworkFileSystem({ ...place, type, mounts: null })).toBe(name);
  });

  it.each([
    ["ext4", 0xef53],
    ["xfs", 0x58465342],
    ["btrfs", 0x9123683e],
    ["tmpfs", 0x01021994],
    ["overlay", 0x794c7630],
    ["ZFS", 0x2fc12fc1],
    ["one that nobody knows", 0x12345678],
    ["macOS's apfs", 26],
  ])("is local where that is %s", (_, type) => {
    expect(decideNetworkFileSystem({ realPath: "/srv/data", type, mounts: toMounts() })).toBeNull();
  });
});

describe("a file system in user space", () => {
  const decide = (realPath: string, ...mounts: readonly string[]) =>
    decideNetworkFileSystem({ realPath, type: fuse, mounts: toMounts(...mounts) });

  it.each([
    ["fuse.sshfs", "host:/home/reader", "sshfs"],
    ["fuse.glusterfs", "gluster1:/volume", "glusterfs"],
    ["fuse.s3fs", "s3fs", "s3fs"],
    ["fuse.rclone", "remote:bucket", "rclone"],
    ["fuse.gcsfuse", "bucket", "gcsfuse"],
    ["fuse.ceph-fuse", "ceph-fuse", "ceph-fuse"],
    ["fuse.juicefs", "JuiceFS:volume", "juicefs"],
    ["fuse.mount-s3", "mountpoint-s3", "mount-s3"],
    ["fuse", "https://me:secret@files.example.com/dav", "fuse"],
    ["fuse.newcomer", "storage.example.com:/volume", "fuse.newcomer"],
  ])("is refused as %s of %s", (type, source, name) => {
    expect(decide("/mnt/data/a.sqlite", `40 27 0:40 / /mnt rw - ${type} ${source} rw,user_id=0`)).toBe(name);
  });

  it.each([
    ["fuse.fuse-overlayfs", "fuse-overlayfs"],
    ["fuseblk", "/dev/sdb1"],
    ["fuse.ntfs-3g", "/dev/sdb1"],
    ["fuse.mergerfs", "1:2"],
    ["fuse.bindfs", "/srv/real"],
    ["virtiofs", "share"],
  ])("is local as %s of %s", (type, source) => {
    const line = `40 27 0:40 / /mnt rw shared:7 - ${type} ${source} rw`;
    expect(decide("/mnt/data/a.sqlite", line)).toBeNull();
  });

  const remote = (point: string) => `41 27 0:41 / ${point} rw - fuse.sshfs host:/home rw`;
  const local = (point: string) => `42 27 0:42 / ${point} rw - fuse.bindfs /srv rw`;

  it("is that of the longest mount point above the path, whole names of folders alone", () => {
    expect(decide("/mnt/far/a", remote("/mnt/far"), local("/mnt"))).toBe("sshfs");
    expect(decide("/mnt/far/a", local("/mnt"), remote("/mnt/far"))).toBe("sshfs");
    expect(decide("/mnt/far/near/a", remote("/mnt/far"), local("/mnt/far/near"))).toBeNull();
    expect(decide("/mnt/farther/a", remote("/mnt/far"), local("/mnt"))).toBeNull();
    expect(decide("/mnt/far", remote("/mnt/far"), local("/mnt"))).toBe("sshfs");
    expect(decide("/anything", remote("/"))).toBe("sshfs");
  });

  it("is the later one where two are mounted at one point", () => {
    expect(decide("/mnt/a", remote("/mnt"), local("/mnt"))).toBeNull();
    expect(decide("/mnt/a", local("/mnt"), remote("/mnt"))).toBe("sshfs");
  });

  it("is found at a mount point with blanks and backslashes in its name", () => {
    expect(decide("/mnt/my data\\x/a", remote("/mnt/my\\040data\\134x"))).toBe("sshfs");
    expect(decide("/mnt/tab\tbed/a", remote("/mnt/tab\\011bed"))).toBe("sshfs");
  });

  it("is nothing to complain of where nobody says what it is", () => {
    expect(decideNetworkFileSystem({ realPath: "/mnt/a", type: fuse, mounts: null })).toBeNull();
    expect(decideNetworkFileSystem({ realPath: "/mnt/a", type: fuse, mounts: "" })).toBeNull();
    expect(
      decideNetworkFileSystem({ realPath: "/mnt/a", type: fuse, mounts: "no table\n-\n - \n" }),
    ).toBeNull();
  });
});

it("the refusal says how to use it all the same, for the program's users and for the library's", () => {
  const refusal = toNetworkRefusal("/mnt/far/a.sqlite", "NFS");
  expect(refusal).toMatch(/^\/mnt\/far lies on a network file system \(NFS\)/);
  expect(refusal).toMatch(/METER_SYNC_ALLOW_NETWORK_FS=on .*allowsNetworkFileSystem/);
});
