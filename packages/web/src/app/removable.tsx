import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { Card } from './cards.tsx'

interface RemovableProps {
  readonly name: string
  /** Undefined: it may not be taken out. */
  readonly onRemove: (() => void) | undefined
  readonly isBusy: boolean
  readonly children: ReactNode
}

/** One of a list that can be taken out of it. */
export function Removable({ name, onRemove, isBusy, children }: RemovableProps) {
  return (
    <Card>
      <Group justify="space-between" gap="sm">
        <div style={{ flex: '1 1 10rem' }}>{children}</div>
        {onRemove && (
          <Button size="xs" variant="default" aria-label={`Remove ${name}`} loading={isBusy} onClick={onRemove}>
            Remove
          </Button>
        )}
      </Group>
    </Card>
  )
}
