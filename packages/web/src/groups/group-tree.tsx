import { ActionIcon, Anchor, Box, Button, Group, Loader, Text } from '@mantine/core'
import { IconChevronDown, IconChevronRight, IconPoint } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { RoleBadges } from '../roles/role-badges.tsx'
import { groupQuery } from './group-queries.ts'
import classes from './group-tree.module.css'

/** Deeper levels are not moved in further: there are 360 px on a phone. */
const INDENTED_LEVELS = 5

interface TreeGroup {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly groupCount: number
  readonly memberOfCount?: number
}

interface GroupTreeProps {
  /** Names the list for who does not see it. */
  readonly label: string
  /** `below`: the groups in a group, which inherit from it. `above`: those it is in, which it inherits from. */
  readonly direction: 'below' | 'above'
  readonly groups: readonly TreeGroup[]
  /** What comes to these groups from the one before. */
  readonly inherited: readonly string[]
  readonly level?: number
}

/** Groups and what hangs on them, read as it is opened: as deep and as broad as it may be. */
export function GroupTree({ label, groups, level = 1, ...tree }: GroupTreeProps) {
  return (
    <ul className={`${classes['list']} ${level > INDENTED_LEVELS ? classes['deep'] : ''}`} aria-label={label}>
      {groups.map((group) => (
        <Node key={group.id} group={group} level={level} {...tree} />
      ))}
    </ul>
  )
}

interface NodeProps extends Omit<GroupTreeProps, 'label' | 'groups'> {
  readonly group: TreeGroup
  readonly level: number
}

function Node({ group, level, direction, inherited }: NodeProps) {
  const [isOpen, setOpen] = useState(false)
  const { id, name, roles } = group
  const count = direction === 'below' ? group.groupCount : (group.memberOfCount ?? 0)
  return (
    <li>
      <div className={classes['node']}>
        {count > 0 ? (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-expanded={isOpen}
            aria-label={direction === 'below' ? `Groups in ${name}` : `Groups that ${name} is in`}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
          </ActionIcon>
        ) : (
          <Box w={22} h={22} c="dimmed" ta="center">
            <IconPoint size={16} aria-hidden />
          </Box>
        )}
        <div className={classes['text']}>
          <Group gap="xs">
            <Anchor component={Link} to={`/_admin/groups/${id}`} size="sm" fw={600}>
              {name}
            </Anchor>
            {level > INDENTED_LEVELS && (
              <Text size="xs" c="dimmed">
                level {level}
              </Text>
            )}
            {roles.length > 0 && <RoleBadges roles={roles} />}
          </Group>
          {roles.length === 0 && (
            <Text size="xs" c="dimmed">
              No roles of its own
            </Text>
          )}
          {inherited.length > 0 && (
            <Text size="xs" c="dimmed">
              Inherits {inherited.join(', ')}
            </Text>
          )}
        </div>
      </div>
      {isOpen && <Next group={group} level={level} direction={direction} inherited={inherited} />}
    </li>
  )
}

function Next({ group: { id, name, roles }, level, direction, inherited }: NodeProps) {
  const { data, error, refetch } = useQuery(groupQuery(id))
  if (data !== undefined) {
    const isBelow = direction === 'below'
    return (
      <GroupTree
        label={isBelow ? `In ${name}` : `${name} is in`}
        direction={direction}
        groups={isBelow ? data.groups : data.memberOf}
        inherited={isBelow ? [...new Set([...inherited, ...roles])] : []}
        level={level + 1}
      />
    )
  }
  if (error === null) return <Loader size="xs" ms="xl" aria-label={`Loading what is in ${name}`} />
  return (
    <Group gap="xs" ms="xl">
      <Text size="sm" c="var(--mantine-color-error)" role="alert">
        {messageOf(error)}
      </Text>
      <Button size="xs" variant="default" onClick={() => refetch()}>
        Try again
      </Button>
    </Group>
  )
}
