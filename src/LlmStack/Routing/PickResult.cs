namespace LlmStack.Routing;

/// <summary>The outcome of a pick.</summary>
/// <param name="Status">What came out.</param>
/// <param name="Member">Who was picked; null unless <see cref="PickStatus.Picked"/>.</param>
/// <param name="Wait">Until the first cooling or limited candidate comes back.</param>
/// <param name="Kind">The kind of error if the call ends here: that of the last filter that emptied the set.</param>
/// <param name="Reason">Why picked (a constant), or the filter's reason.</param>
/// <param name="Pool">The pool that the request was assigned to, or null.</param>
internal readonly record struct PickResult(PickStatus Status, Member? Member, TimeSpan Wait, LlmErrorKind Kind, string? Reason, string? Pool = null);
