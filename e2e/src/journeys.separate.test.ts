import { describeJourneys } from './journeys/journeys.ts';

describeJourneys('separate');
