namespace LlmStack.Routing;

/// <summary>How much of a decision the route of a call keeps.</summary>
public enum ExplainLevel
{
    /// <summary>How many candidates each filter removed, and at most 10 candidates that were looked at, without their figures. Costs next to nothing. The default.</summary>
    Summary = 0,

    /// <summary>Every candidate with its figures, as <see cref="ILlmRouter.ExplainAsync"/> gives them. Looks at every member of the group on every call.</summary>
    Full,
}
