import { Button, Tabs } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { PageHeader } from '../app/page-header.tsx'
import { useNow } from '../app/use-now.ts'
import { CreateTokenDialog } from './create-token-dialog.tsx'
import { RevokeTokenDialog } from './revoke-token-dialog.tsx'
import type { Token } from './token.ts'
import { TokenList } from './token-list.tsx'
import { TOKEN_TABS } from './token-search.ts'
import { useTokenSearch } from './use-token-search.ts'

const TAB_LABELS = { active: 'Active', expired: 'Expired', revoked: 'Revoked' } as const

/** `/_settings/tokens`: one's own personal access tokens. */
export function TokensPage() {
  const now = useNow()
  const { filter, showTab } = useTokenSearch()
  const [isCreating, setCreating] = useState(false)
  const [toRevoke, setToRevoke] = useState<Token>()
  const currentTab = useRef<HTMLButtonElement>(null)
  const openCreate = () => setCreating(true)

  return (
    <>
      <PageHeader
        title="Personal Access Tokens"
        description="Tokens act as you: with your permissions, as they are at each call. Programs send one as a bearer token instead of your password."
        action={
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={openCreate}>
            Create token
          </Button>
        }
      />
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
            <TokenList now={now} onCreate={openCreate} onRevoke={setToRevoke} />
          </Tabs.Panel>
        ))}
      </Tabs>
      <CreateTokenDialog isOpen={isCreating} onClose={() => setCreating(false)} />
      <RevokeTokenDialog
        token={toRevoke}
        now={now}
        onClose={() => setToRevoke(undefined)}
        onRevoked={() => {
          setToRevoke(undefined)
          // The button that opened the dialog left with its row, and the focus must not be lost with it.
          setTimeout(() => currentTab.current?.focus(), 50)
        }}
      />
    </>
  )
}
