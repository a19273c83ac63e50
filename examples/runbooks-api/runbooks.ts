/** What the API is about: templates of work, and work done by them. In memory. */
export interface Template {
  readonly id: number
  readonly name: string
  readonly steps: readonly string[]
}

export interface Instance {
  readonly id: number
  readonly template: string
  readonly startedBy: string
  /** What is still to do, in order. */
  readonly open: readonly string[]
}

export class Runbooks {
  readonly templates: Template[] = [
    { id: 1, name: 'Restore the database', steps: ['Stop the writers', 'Restore the copy', 'Start the writers'] },
  ]
  readonly instances: Instance[] = []

  addTemplate(name: string, steps: readonly string[]): Template {
    const template = { id: this.templates.length + 1, name, steps }
    this.templates.push(template)
    return template
  }

  /** Undefined if there is no such template. */
  begin(templateId: number, startedBy: string): Instance | undefined {
    const template = this.templates.find(({ id }) => id === templateId)
    if (template === undefined) return undefined
    const instance = { id: this.instances.length + 1, template: template.name, startedBy, open: template.steps }
    this.instances.push(instance)
    return instance
  }

  /** Does the next step. Undefined if there is no such instance. */
  doStep(instanceId: number): Instance | undefined {
    const index = this.instances.findIndex(({ id }) => id === instanceId)
    const instance = this.instances[index]
    if (instance === undefined) return undefined
    const next = { ...instance, open: instance.open.slice(1) }
    this.instances[index] = next
    return next
  }
}
