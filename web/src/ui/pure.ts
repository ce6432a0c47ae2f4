// A component that is drawn anew only when it is given something else.
import { Component, type ComponentType, h } from "preact";

export function pure<Props extends object>(Inner: ComponentType<Props>): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const [a, b] = [this.props, next] as Record<string, unknown>[];
      return Object.keys({ ...a, ...b }).some((key) => key !== "children" && a?.[key] !== b?.[key]);
    }

    override render() {
      return h(Inner, this.props as Props & { key?: never });
    }
  };
}
