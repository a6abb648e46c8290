/** Says that the address held settings that could not be read, and what is shown instead. */
import { Icon } from '../parts/Icon';
import { useLinkProblem } from '../link_sync';

export function LinkBanner() {
  const problem = useLinkProblem((state) => state.problem);
  const dismiss = useLinkProblem((state) => state.dismiss);
  if (problem === null) return null;
  return (
    <div className="banner" role="alert">
      <Icon name="warning" />
      <p>
        <b>The settings in this link could not be used.</b> {problem.message} The default experiment
        is shown instead.
      </p>
      <button className="button button-icon" type="button" aria-label="Close" onClick={dismiss}>
        <Icon name="close" />
      </button>
    </div>
  );
}
