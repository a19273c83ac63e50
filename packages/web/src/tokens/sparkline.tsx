const WIDTH = 90
const HEIGHT = 20

/** The calls of the last days, the newest on the right: whether a token is used, at a glance. */
export function Sparkline({ activity }: { readonly activity: readonly number[] | undefined }) {
  if (activity === undefined) return null
  const most = Math.max(...activity, 1)
  const step = WIDTH / activity.length
  const total = activity.reduce((sum, calls) => sum + calls, 0)
  const label = `${total.toLocaleString('en')} ${total === 1 ? 'call' : 'calls'} in ${activity.length} days`
  return (
    <svg role="img" aria-label={label} width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
      <title>{label}</title>
      <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} stroke="var(--mantine-color-default-border)" />
      {activity.map((calls, day) => {
        const height = calls === 0 ? 0 : Math.max(2, (calls / most) * HEIGHT)
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place
            key={day}
            x={day * step}
            y={HEIGHT - height}
            width={step - 0.6}
            height={height}
            fill="var(--mantine-primary-color-filled)"
          />
        )
      })}
    </svg>
  )
}
