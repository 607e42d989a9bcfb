using LlmStack.Catalog;

namespace LlmStack.Routing.Strategies;

/// <summary>
/// Members with one price are one class, and a class that another undercuts in every part can never win: what is left is short,
/// however many members there are.
/// </summary>
internal sealed class PriceClasses
{
    private readonly (ModelPrice? Price, int[] Members)[] _classes;

    public PriceClasses(Member[] members)
    {
        var byPrice = new Dictionary<ModelPrice, (ModelPrice? Price, List<int> Members)>();
        var unknown = (Price: (ModelPrice?)null, Members: new List<int>());
        for (int i = 0; i < members.Length; i++)
        {
            ModelPrice? price = members[i].Deployment.Price;
            if (price is null)
            {
                unknown.Members.Add(i);
                continue;
            }
            if (!byPrice.TryGetValue(price, out (ModelPrice? Price, List<int> Members) found))
            {
                byPrice[price] = found = (price, []);
            }
            found.Members.Add(i);
        }
        var kept = new List<(ModelPrice?, int[])>();
        foreach ((ModelPrice? price, List<int> indexes) in byPrice.Values)
        {
            if (!IsUndercut(price, byPrice.Values))
            {
                kept.Add((price, [.. indexes]));
            }
        }
        if (unknown.Members.Count > 0)
        {
            kept.Add((null, [.. unknown.Members]));
        }
        _classes = [.. kept];
    }

    public int Count => _classes.Length;

    public int Pick(in RouteRequest request, IRandomSource random)
    {
        int best = 0;
        double lowest = double.PositiveInfinity;
        int ties = 0;
        for (int i = 0; i < _classes.Length; i++)
        {
            double cost = ExpectedCost.Of(_classes[i].Price, request);
            if (cost < lowest)
            {
                lowest = cost;
                best = i;
                ties = _classes[i].Members.Length;
            }
            else if (cost == lowest)
            {
                ties += _classes[i].Members.Length;
                best = random.NextInt32(ties) < _classes[i].Members.Length ? i : best;
            }
        }
        int[] members = _classes[best].Members;
        return members.Length == 1 ? members[0] : members[random.NextInt32(members.Length)];
    }

    private static bool IsUndercut(ModelPrice? price, IEnumerable<(ModelPrice? Price, List<int> Members)> all)
    {
        if (price?.InputPerMillion is not { } input || price.OutputPerMillion is not { } output || !IsFlat(price))
        {
            return false;
        }
        decimal request = price.PerRequest ?? 0;
        decimal read = price.CacheReadPerMillion ?? input;
        foreach ((ModelPrice? other, _) in all)
        {
            // Strictly less in every part: a part may count 0 tokens, and equals must keep their share.
            if (other?.InputPerMillion < input && other?.OutputPerMillion < output && (other!.PerRequest ?? 0) <= request
                && (other.CacheReadPerMillion ?? other.InputPerMillion) < read && IsFlat(other))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether the price is one at all lengths and times.</summary>
    private static bool IsFlat(ModelPrice price) => price.LongContext is not { Count: > 0 } && !PriceSelection.DependsOnTime(price);
}
