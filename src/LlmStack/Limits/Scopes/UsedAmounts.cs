using System.Runtime.Intrinsics;

namespace LlmStack.Limits.Scopes;

/// <summary>
/// Requests, tokens in and out, and cost, side by side in one vector: limits add and compare them on every call, for every counter it falls
/// under, and four at a time take a third of the steps.
/// </summary>
internal readonly struct UsedAmounts
{
    private const int RequestsAt = 0;
    private const int InputAt = 1;
    private const int OutputAt = 2;
    private const int CostAt = 3;

    private readonly Vector256<long> _values;

    /// <param name="requests">Requests.</param>
    /// <param name="input">Input tokens.</param>
    /// <param name="output">Output tokens.</param>
    /// <param name="cost">Cost in 10⁻⁹ US dollars.</param>
    public UsedAmounts(long requests, long input, long output, long cost) => _values = Vector256.Create(requests, input, output, cost);

    private UsedAmounts(Vector256<long> values) => _values = values;

    public long Requests => _values.GetElement(RequestsAt);

    public long InputTokens => _values.GetElement(InputAt);

    public long OutputTokens => _values.GetElement(OutputAt);

    public long Cost => _values.GetElement(CostAt);

    public long TotalTokens => InputTokens + OutputTokens;

    /// <summary>The same but for the requests, which are none.</summary>
    public UsedAmounts WithoutRequests => new(_values & Vector256.Create(0L, -1L, -1L, -1L));

    public bool IsZero => _values == Vector256<long>.Zero;

    /// <summary>Whether any of them is below zero.</summary>
    public bool IsLess => Vector256.LessThanAny(_values, Vector256<long>.Zero);

    public static UsedAmounts operator +(in UsedAmounts left, in UsedAmounts right) => new(left._values + right._values);

    public static UsedAmounts operator -(in UsedAmounts left, in UsedAmounts right) => new(left._values - right._values);

    public static UsedAmounts operator -(in UsedAmounts amounts) => new(-amounts._values);

    /// <summary>Whether none of them is larger than its maximum.</summary>
    public bool FitsInto(in UsedAmounts max) => !Vector256.GreaterThanAny(_values, max._values);
}
