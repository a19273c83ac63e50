import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client'

/** The metrics of one process, as `registry.getMetricsAsJSON()` gives them. */
export type Metrics = readonly MetricObjectWithValues<MetricValue<string>>[]

/**
 * The metrics of all workers as one. Counters and histograms are summed and never go back: those of a worker that has
 * ended stay in, as they were last known. Gauges are summed over the workers there are, or what else their `aggregator`
 * says: one that says the same in every worker, since it comes from the database, needs `aggregator: 'max'`.
 */
export class MergedMetrics {
  readonly #last = new Map<number, Metrics>()
  #ended: Metrics = []

  /** What a worker has told last. */
  remember(workerId: number, metrics: Metrics): void {
    this.#last.set(workerId, metrics)
  }

  /** It will tell no more. */
  end(workerId: number): void {
    const counted = this.#last.get(workerId)?.filter(({ type }) => !isGauge(type)) ?? []
    this.#last.delete(workerId)
    // The merged ones hold their values as plain data, whatever the types of prom-client say.
    this.#ended = merge([this.#ended, counted]).getMetricsAsArray() as unknown as Metrics
  }

  /** In the text format of Prometheus, with the number of workers that serve. */
  text(serving: number): Promise<string> {
    const workers = gauge('ramp_workers', 'Workers that take new connections.', serving)
    return merge([...this.#last.values(), this.#ended, [workers]]).metrics()
  }
}

const merge = (all: readonly Metrics[]) => AggregatorRegistry.aggregate([...all])

/** `type` is a word, whatever they say. */
const isGauge = (type: unknown) => type === 'gauge'

function gauge(name: string, help: string, value: number): Metrics[number] {
  const metric = { name, help, type: 'gauge', aggregator: 'sum', values: [{ value, labels: {} }] }
  return metric as unknown as Metrics[number]
}
