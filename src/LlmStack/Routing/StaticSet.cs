namespace LlmStack.Routing;

/// <summary>The survivors of the static filters for one request shape, lowest order first, and what the filters removed.</summary>
internal sealed class StaticSet(Tier[] tiers, FilterRemoval[] removals, LlmErrorKind kind)
{
    public Tier[] Tiers { get; } = tiers;

    private Dictionary<string, Member>? _byId;

    public FilterRemoval[] Removals { get; } = removals;

    /// <summary>The kind of the filter that emptied the set; meaningless while somebody is left.</summary>
    public LlmErrorKind Kind { get; } = kind;

    /// <summary>The survivor of that id, or null.</summary>
    public Member? Find(string id) => (_byId ?? ById()).GetValueOrDefault(id);

    private Dictionary<string, Member> ById()
    {
        var byId = new Dictionary<string, Member>(StringComparer.Ordinal);
        foreach (Tier tier in Tiers)
        {
            foreach (Member member in tier.Members)
            {
                byId[member.Deployment.Id] = member;
            }
        }
        return _byId = byId;
    }
}
