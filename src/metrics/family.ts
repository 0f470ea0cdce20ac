export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** One metric with all its samples. */
export type Family = {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly samples: readonly Sample[];
};

/** A gauge without labels; what is not known has no sample. */
export function toGauge(name: string, help: string, value: number | null): Family {
  return toGauges(name, help, [{ labels: {}, value }]);
}

/** A gauge with a sample for each set of labels, without those that are not known. */
export function toGauges(
  name: string,
  help: string,
  samples: readonly { readonly labels: Sample["labels"]; readonly value: number | null }[],
): Family {
  return { name: `meter_sync_${name}`, help, type: "gauge", samples: samples.filter(isKnown) };
}

/** What only grows as long as what counts it lives. */
export function toCounters(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `meter_sync_${name}_total`, help, type: "counter", samples };
}

export function toSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function isKnown(sample: {
  readonly labels: Sample["labels"];
  readonly value: number | null;
}): sample is Sample {
  return sample.value !== null && Number.isFinite(sample.value);
}
