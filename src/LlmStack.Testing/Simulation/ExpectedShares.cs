using LlmStack.Routing;

namespace LlmStack.Testing.Simulation;

/// <summary>The share of the calls that each deployment should get while all are well, as the router itself explains it.</summary>
internal static class ExpectedShares
{
    public static IReadOnlyDictionary<string, double> Of(ILlmRouter router, IReadOnlyList<RequestProfile> profiles)
    {
        var shares = new Dictionary<string, double>(StringComparer.Ordinal);
        double total = profiles.Sum(static profile => profile.Weight);
        foreach (RequestProfile profile in profiles)
        {
            // A dry run completes at once: nothing on its path waits.
            RouteExplanation plan = router.ExplainAsync(profile.Model, profile.Prompt, profile.Options).AsTask().GetAwaiter().GetResult();
            foreach (CandidateExplanation candidate in plan.Candidates)
            {
                if (candidate.Share is { } share)
                {
                    shares[candidate.Deployment] = shares.GetValueOrDefault(candidate.Deployment) + (share * profile.Weight / total);
                }
            }
        }

        return shares;
    }
}
