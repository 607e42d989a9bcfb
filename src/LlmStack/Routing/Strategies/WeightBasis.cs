namespace LlmStack.Routing.Strategies;

internal enum WeightBasis
{
    Even,
    Weight,
    RequestsPerMinute,
    TokensPerMinute,
}
