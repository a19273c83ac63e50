import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useNow } from '../app/use-now.ts'
import { tokenRulesQuery } from '../policy/policy-queries.ts'
import { CreateTokenDialog } from './create-token-dialog.tsx'
import { RevokeTokenDialog } from './revoke-token-dialog.tsx'
import { RotateTokenDialog } from './rotate-token-dialog.tsx'
import type { Token } from './token.ts'
import { TokenList } from './token-list.tsx'
import { useTokenOwner } from './token-owner.ts'
import { TOKEN_TABS } from './token-search.ts'
import { useTokenSearch } from './use-token-search.ts'

const TAB_LABELS = { active: 'Active', expired: 'Expired', revoked: 'Revoked' } as const

interface TokenTabsProps {
  readonly isCreating: boolean
  readonly setCreating: (isCreating: boolean) => void
}

/** The tokens of one account by their state, and the dialogs that change them. */
export function TokenTabs({ isCreating, setCreating }: TokenTabsProps) {
  const now = useNow()
  // Read before a form is opened, so that it opens at once.
  useQuery(tokenRulesQuery)
  const { mayChange, serviceAccountId } = useTokenOwner()
  const { filter, showTab } = useTokenSearch()
  const [toRevoke, setToRevoke] = useState<Token>()
  const [toRotate, setToRotate] = useState<Token>()
  const currentTab = useRef<HTMLButtonElement>(null)
  const actions = {
    onRevoke: mayChange ? setToRevoke : undefined,
    onRotate: mayChange && serviceAccountId !== undefined ? setToRotate : undefined,
  }
  // The button that opened a dialog may have left with its row, and the focus must not be lost with it.
  const keepFocus = () =>
    setTimeout(() => {
      if (document.activeElement === null || document.activeElement === document.body) currentTab.current?.focus()
    }, 50)

  return (
    <>
      <Tabs
        value={filter.status}
        onChange={(tab) => showTab(TOKEN_TABS.find((known) => known === tab) ?? 'active')}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {TOKEN_TABS.map((tab) => (
            <Tabs.Tab key={tab} value={tab} ref={tab === filter.status ? currentTab : null}>
              {TAB_LABELS[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TOKEN_TABS.map((tab) => (
          <Tabs.Panel key={tab} value={tab}>
            <TokenList now={now} onCreate={() => setCreating(true)} {...actions} />
          </Tabs.Panel>
        ))}
      </Tabs>
      <CreateTokenDialog isOpen={isCreating} onClose={() => setCreating(false)} />
      <RotateTokenDialog
        token={toRotate}
        onClose={() => {
          setToRotate(undefined)
          keepFocus()
        }}
      />
      <RevokeTokenDialog
        token={toRevoke}
        now={now}
        onClose={() => setToRevoke(undefined)}
        onRevoked={() => {
          setToRevoke(undefined)
          setTimeout(() => currentTab.current?.focus(), 50)
        }}
      />
    </>
  )
}
