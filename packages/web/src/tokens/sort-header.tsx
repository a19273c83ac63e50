import { Group, Table, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react'
import classes from './sort-header.module.css'
import { nextSort, parseSort, type TokenSort, type TokenSortField } from './token-search.ts'

interface SortHeaderProps {
  readonly field: TokenSortField
  readonly label: string
  readonly sort: TokenSort
  readonly onSort: (sort: TokenSort) => void
}

/** The head of a column that the list can be ordered by. */
export function SortHeader({ field, label, sort, onSort }: SortHeaderProps) {
  const { field: current, isDescending } = parseSort(sort)
  const isCurrent = current === field
  const Icon = !isCurrent ? IconArrowsSort : isDescending ? IconArrowDown : IconArrowUp
  return (
    <Table.Th scope="col" aria-sort={!isCurrent ? 'none' : isDescending ? 'descending' : 'ascending'}>
      <UnstyledButton
        className={classes['button']}
        data-current={isCurrent}
        onClick={() => onSort(nextSort(sort, field))}
      >
        <Group gap={6} wrap="nowrap">
          {label}
          <Icon size={14} aria-hidden className={classes['icon']} />
        </Group>
      </UnstyledButton>
    </Table.Th>
  )
}
