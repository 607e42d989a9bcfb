namespace LlmStack.Routing;

/// <summary>When a survivor's turn comes: lower ranks are asked before higher ones.</summary>
/// <param name="OutsidePool">Not in the pool that the request was assigned to.</param>
/// <param name="Emulates">Would only imitate what others do natively.</param>
/// <param name="Order">The configured tier.</param>
internal readonly record struct TierRank(bool OutsidePool, bool Emulates, int Order) : IComparable<TierRank>
{
    public static TierRank Of(ModelGroup group, Member member, in RouteRequest request) =>
        new(request.Pool > 0 && !group.Pools[request.Pool - 1].Contains(member), CapabilityCheck.Emulates(member.Deployment, request.Features), member.Order);

    public int CompareTo(TierRank other) =>
        OutsidePool != other.OutsidePool ? OutsidePool.CompareTo(other.OutsidePool)
        : Emulates != other.Emulates ? Emulates.CompareTo(other.Emulates)
        : Order.CompareTo(other.Order);

    /// <summary>Why somebody of this rank comes after <paramref name="first"/>.</summary>
    public string Describe(in TierRank first) =>
        OutsidePool != first.OutsidePool ? "outside the request's pool, asked after it"
        : Emulates != first.Emulates ? "would imitate the JSON schema, asked after those that follow it natively"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"order {Order}, asked after order {first.Order}");
}
