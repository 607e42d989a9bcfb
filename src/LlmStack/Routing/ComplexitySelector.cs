namespace LlmStack.Routing;

/// <summary>Assigns by how hard a request looks; a tier without a pool goes to the next harder one that has one, else to the next easier.</summary>
internal sealed class ComplexitySelector : IPoolSelector
{
    private static readonly int Tiers = Enum.GetValues<ComplexityTier>().Length;

    private readonly int[] _poolOfTier = new int[Tiers];

    public ComplexitySelector(MemberPool[] pools)
    {
        for (int tier = 0; tier < Tiers; tier++)
        {
            for (int distance = 0; distance < Tiers && _poolOfTier[tier] == 0; distance++)
            {
                _poolOfTier[tier] = Own(pools, tier + distance);
            }
            for (int distance = 1; distance < Tiers && _poolOfTier[tier] == 0; distance++)
            {
                _poolOfTier[tier] = Own(pools, tier - distance);
            }
        }
    }

    public int Select(in RouteRequest request) =>
        _poolOfTier[(int)(Enum.TryParse(request.Hints?.Tier, ignoreCase: true, out ComplexityTier hinted) ? hinted : ComplexityRules.Classify(request.Messages))];

    private static int Own(MemberPool[] pools, int tier) => tier >= 0 && tier < Tiers ? HintSelector.IndexOf(pools, ((ComplexityTier)tier).ToString()) : 0;
}
